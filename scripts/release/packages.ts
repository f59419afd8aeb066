import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Path of the checkout, with a slash at its end. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Node of published packages: what their dependencies accept. Under a Node older than 24, the program
 * runs in the one that npm installs beside it.
 */
export const OLDEST_NODE = '>=22.19';

export interface PackageDescription {
  name: string;
  version: string;
  description: string;
  license: string;
  type?: 'module';
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  [key: string]: unknown;
}

export const readDescription = async (folder: string): Promise<PackageDescription> =>
  JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8')) as PackageDescription;

/**
 * Writes the description of a published package, with its origin, which npm compares with the
 * provenance.
 */
export const writeDescription = async (
  dir: string,
  description: PackageDescription,
): Promise<void> => {
  const { homepage, bugs, repository } = await readDescription('.');
  const whole = { ...description, homepage, bugs, repository };
  await writeFile(join(dir, 'package.json'), `${JSON.stringify(whole, null, 2)}\n`);
};
