import { chmod, chown, copyFile, link, mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ServiceSpec } from './service-spec.ts';

/**
 * Writes the files of a service before it starts. For a service with a separate user, the folder
 * and its files belong to this process, and the user can only read them: otherwise it could replace
 * a file by a link, which this process would follow at the next start. The user can write to the
 * data folder only.
 * @param user user of the service; null: that of this process
 */
export const writeServiceFiles = async (
  { files, logFile, ownUser }: Pick<ServiceSpec, 'files' | 'logFile' | 'ownUser'>,
  user: number | null,
): Promise<void> => {
  if (ownUser !== undefined) await makeFolders(ownUser, user);
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content, { mode: 0o600 });
    if (user !== null && dirname(path) === ownUser?.folder) await openTo(user, path, 0o640);
  }
  await mkdir(dirname(logFile), { recursive: true });
  await writeFile(logFile, '', { mode: 0o600, flag: 'a' });
};

const makeFolders = async (
  { folder, dataFolder }: NonNullable<ServiceSpec['ownUser']>,
  user: number | null,
): Promise<void> => {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (user !== null) await openTo(user, folder, 0o750);
  if (dataFolder === undefined) return;
  const data = join(folder, dataFolder);
  await mkdir(data, { recursive: true, mode: 0o700 });
  if (user !== null) await chown(data, user, user);
};

/**
 * Lets a user read a path. Its group gets the access, because the group's id equals that of the
 * user.
 */
const openTo = async (user: number, path: string, mode: number): Promise<void> => {
  await chown(path, process.getuid?.() ?? 0, user);
  await chmod(path, mode);
};

/**
 * Puts a program of this process's user into a folder that another user can read.
 * @returns the command that starts it in that folder
 */
export const linkProgram = async (
  program: string,
  folder: string,
  name: string = basename(program),
): Promise<string> => {
  const path = join(folder, name);
  await rm(path, { force: true });
  // A link to another file system is not possible.
  await link(program, path).catch(() => copyFile(program, path));
  return `./${name}`;
};
