// Checks imports between packages against the declared layers
// (docs/adr/0009-packages-follow-the-data.md). Exits with 1 when an import violates them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup/paths.mjs';
import { layerProblems } from './layer-problems.mjs';
import { BELOW } from './package-layers.mjs';

/** Folders of a package that do not ship. */
const WORKSHOP = /\/(node_modules|test|test-kubernetes|scripts|crate|dist)\//;

/**
 * @param {string} name
 * @returns {string[]} sources of a package that ship, as paths of the checkout.
 */
const shippedSources = (name) =>
  readdirSync(join(root, 'packages', name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /(?<!\.test)\.(ts|mjs)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .filter((path) => !WORKSHOP.test(path));

const sources = readdirSync(join(root, 'packages')).flatMap((name) =>
  shippedSources(name).map((path) => ({
    path,
    package: name,
    text: readFileSync(join(root, path), 'utf8'),
  })),
);
const problems = layerProblems(sources, BELOW);
process.stdout.write(problems.map((problem) => `${problem}\n`).join(''));
process.stdout.write(`layers: ${sources.length} files, ${problems.length} problems\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
