import { readdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = '/sys/fs/cgroup';

/**
 * Removes empty control groups of this name directly below the root, in every hierarchy (version 1
 * has one for each controller).
 */
export const removeCgroups = async (name: string): Promise<void> => {
  const hierarchies = [ROOT, ...(await foldersIn(ROOT))];
  await Promise.all(hierarchies.map((hierarchy) => removeFolder(join(hierarchy, name))));
};

/** Removes the folders of a control group, inner ones first; the kernel removes their files. */
const removeFolder = async (path: string): Promise<void> => {
  for (const inside of await foldersIn(path)) await removeFolder(inside);
  await rmdir(path).catch(() => {});
};

const foldersIn = async (path: string): Promise<string[]> => {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(path, entry.name));
};
