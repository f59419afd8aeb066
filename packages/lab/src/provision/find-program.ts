import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/**
 * Finds the first executable file called `name` on PATH, then in `elsewhere`.
 * @returns its path; null if there is none
 */
export const findProgram = async (
  name: string,
  env: NodeJS.ProcessEnv = process.env,
  elsewhere: readonly string[] = [],
): Promise<string | null> => {
  const folders = [
    ...(env.PATH ?? '').split(delimiter).filter((folder) => folder !== ''),
    ...elsewhere,
  ];
  for (const folder of folders) {
    const path = join(folder, name);
    if (await isExecutable(path)) return path;
  }
  return null;
};

export const isExecutable = async (path: string): Promise<boolean> => {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
};
