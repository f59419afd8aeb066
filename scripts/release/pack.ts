/**
 * `node scripts/release/pack.ts [DIR] [flags]`: writes the npm packages as folders and tarballs to
 * DIR (default: dist), and prints the paths of the tarballs.
 *
 *     --target linux-arm64-musl   packages for this target; may be repeated (default: this host)
 *     --part platform|program     only the compiled packages, or only the portable ones
 */
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { targetName, thisTarget } from '@livekit-swarm/webrtc';
import { buildPackages, type Part } from './build-packages.ts';
import { root } from './packages.ts';
import { findTarget } from './targets.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    target: { type: 'string', multiple: true, default: [targetName(thisTarget())] },
    part: { type: 'string', multiple: true, default: ['platform', 'program'] },
  },
});
const dir = resolve(positionals[0] ?? join(root, 'dist'));
const targets = values.target.map(findTarget);
const parts = values.part.filter((part): part is Part => part === 'platform' || part === 'program');
const tarballs = join(dir, 'tarballs');
await mkdir(tarballs, { recursive: true });
for (const folder of await buildPackages(join(dir, 'packages'), targets, parts)) {
  const { stdout } = await promisify(execFile)(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--pack-destination', tarballs],
    { cwd: folder, maxBuffer: 16 * 1_024 * 1_024 },
  );
  const packed = JSON.parse(stdout) as { filename: string }[];
  for (const { filename } of Object.values(packed))
    process.stdout.write(`${join(tarballs, filename)}\n`);
}
