import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup/paths.mjs';

/** Folders of a package that do not ship; nor do tests. */
const WORKSHOP = /\/(node_modules|test|test-kubernetes|scripts|crate|dist)\//;

/**
 * The sources of all packages that ship, with their paths in the checkout.
 *
 * @returns {{ path: string, package: string, text: string }[]}
 */
export const shippedSources = () =>
  readdirSync(join(root, 'packages')).flatMap((name) =>
    readdirSync(join(root, 'packages', name), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /(?<!\.test)\.(ts|mjs)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
      .filter((path) => !WORKSHOP.test(path))
      .map((path) => ({ path, package: name, text: readFileSync(join(root, path), 'utf8') })),
  );
