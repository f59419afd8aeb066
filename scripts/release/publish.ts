/**
 * `node scripts/release/publish.ts TARBALLS [--dry-run]`: publishes the npm packages in the folder
 * TARBALLS, with provenance. Published versions are skipped, so that a release can be
 * repeated. The program is last: it needs the others.
 */
import { execFile, spawnSync } from 'node:child_process';
import { parseArgs, promisify } from 'node:util';
import { descriptionIn, tarballsIn } from './install-tree.ts';
import { readNames } from './names.ts';

const MAIN = readNames().package;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'dry-run': { type: 'boolean', default: false } },
});
const [folder = ''] = positionals;

const isPublished = (name: string, version: string): Promise<boolean> =>
  promisify(execFile)('npm', ['view', `${name}@${version}`, 'version']).then(
    ({ stdout }) => stdout.trim() === version,
    () => false,
  );

const packages = await Promise.all(
  (await tarballsIn(folder)).map(async (path) => ({ path, ...(await descriptionIn(path)) })),
);
packages.sort((a, b) => Number(a.name === MAIN) - Number(b.name === MAIN));
for (const { path, name, version } of packages) {
  if (!values['dry-run'] && (await isPublished(name, version))) {
    process.stderr.write(`${name}@${version} is published already\n`);
    continue;
  }
  const flags = values['dry-run'] ? ['--dry-run'] : ['--provenance'];
  const args = ['publish', path, '--access', 'public', '--ignore-scripts', ...flags];
  const { status, error } = spawnSync('npm', args, { stdio: 'inherit' });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
