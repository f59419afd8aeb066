import { readdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = '/sys/fs/cgroup';

/** Removes the control groups called `name` right below the root, of every hierarchy (version 1 has one for each controller), if they are empty. */
export const removeCgroups = async (name: string): Promise<void> => {
  const hierarchies = [ROOT, ...(await foldersIn(ROOT))];
  await Promise.all(hierarchies.map((hierarchy) => removeFolder(join(hierarchy, name))));
};

/** The files in a control group are the kernel's: only folders are removed, those inside first. */
const removeFolder = async (path: string): Promise<void> => {
  for (const inside of await foldersIn(path)) await removeFolder(inside);
  await rmdir(path).catch(() => {});
};

const foldersIn = async (path: string): Promise<string[]> => {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(path, entry.name));
};
