// Declared layers: what a package may import of this repository (docs/adr/0009-packages-follow-the-data.md). Exit code 1 lists what is against it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup/paths.mjs';
import { layerProblems } from './layer-problems.mjs';
import { BELOW } from './package-layers.mjs';

/** @param {string} folder @returns {string[]} sources that ship, as paths of the checkout. */
const shippedSources = (folder) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|mjs)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .filter((path) => !/\.test\.(ts|mjs)$/.test(path));

const sources = readdirSync(join(root, 'packages')).flatMap((name) =>
  shippedSources(`packages/${name}/src`).map((path) => ({
    path,
    package: name,
    text: readFileSync(join(root, path), 'utf8'),
  })),
);
const problems = layerProblems(sources, BELOW);
process.stdout.write(problems.map((problem) => `${problem}\n`).join(''));
process.stdout.write(`layers: ${sources.length} files, ${problems.length} problems\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
