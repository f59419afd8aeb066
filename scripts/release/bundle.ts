/**
 * `node scripts/release/bundle.ts TARBALLS [DIR] [--target linux-x64-gnu]`: the offline bundle of a
 * target (default: this host), from the npm packages that `pack.ts` has written to the folder
 * TARBALLS: one archive with the program, everything that it needs, and Node. Prints its path in
 * DIR (default: dist).
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { targetName, thisTarget } from '@livekit-swarm/webrtc';
import { installTree, tarballsIn, treeTarget } from './install-tree.ts';
import { readDescription, root } from './packages.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { target: { type: 'string', default: targetName(thisTarget()) } },
});
const [folder = join(root, 'dist', 'tarballs'), dir = join(root, 'dist')] = positionals;
const { version } = await readDescription('packages/cli');
const name = `livekit-swarm-${version}-${values.target}`;
const archive = resolve(dir, `${name}.tar.gz`);

await mkdir(dir, { recursive: true });
const work = await mkdtemp(join(resolve(dir), '.bundle-'));
try {
  await installTree(join(work, name), await tarballsIn(folder), treeTarget(values.target));
  // The same contents give the same archive.
  const same = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mtime=@0'];
  await promisify(execFile)('tar', [...same, '-C', work, '-czf', archive, name]);
} finally {
  await rm(work, { recursive: true, force: true });
}
process.stdout.write(`${archive}\n`);
