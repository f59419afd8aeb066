/**
 * `node scripts/release/chart.ts [DIR]`: the Helm chart, as a folder and as an archive in DIR
 * (default: dist); prints the path of the archive. The chart in packaging/helm is installed this
 * way only, since rules and dashboards are put into it here.
 */
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { buildChart } from './build-chart.ts';
import { readDescription, root } from './packages.ts';

const dir = resolve(process.argv[2] ?? join(root, 'dist'));
await mkdir(join(dir, 'chart'), { recursive: true });
await buildChart(join(dir, 'chart'));
const { version } = await readDescription('packages/cli');
const archive = join(dir, `livekit-swarm-chart-${version}.tgz`);
const same = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mtime=@0'];
await promisify(execFile)('tar', [
  ...same,
  '-C',
  join(dir, 'chart'),
  '-czf',
  archive,
  'livekit-swarm',
]);
process.stdout.write(`${archive}\n`);
