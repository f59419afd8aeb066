import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LicensedPart } from './licences.ts';
import { root } from './packages.ts';

interface Description {
  name: string;
  version: string;
  license?: string;
  dependencies?: Record<string, string>;
}

/** A package of npm and its dependencies, as installed in this checkout, for what bundles them. */
export const npmParts = async (name: string): Promise<LicensedPart[]> => {
  const parts = new Map<string, LicensedPart>();
  const visit = async (wanted: string, from: string): Promise<void> => {
    const folder = installedFolder(wanted, from);
    if (parts.has(folder)) return;
    const description = JSON.parse(
      await readFile(join(folder, 'package.json'), 'utf8'),
    ) as Description;
    const { version, license = null, dependencies = {} } = description;
    parts.set(folder, { name: description.name, version, license, authors: [], folder });
    for (const dependency of Object.keys(dependencies)) await visit(dependency, folder);
  };
  await visit(name, root);
  return [...parts.values()];
};

/** Folder in which Node finds a package that a module in `from` imports. */
const installedFolder = (name: string, from: string): string => {
  const folder = join(from, 'node_modules', name);
  if (existsSync(join(folder, 'package.json'))) return folder;
  const above = dirname(from);
  if (above === from) throw new Error(`${name} is not installed: run "npm ci"`);
  return installedFolder(name, above);
};
