import { chmod, chown, copyFile, link, mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ServiceSpec } from './service.ts';

/**
 * Writes the files of a service before it starts. For a service with a user of its own, its folder and
 * the files in it belong to this process, and that user can read them: it could put a link in their
 * place otherwise, which this process would follow at the next start. It writes to its data folder alone.
 * @param user null: it runs as the user of this process
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

/** Its group is that of the user, whose id is the same. */
const openTo = async (user: number, path: string, mode: number): Promise<void> => {
  await chown(path, process.getuid?.() ?? 0, user);
  await chmod(path, mode);
};

/** Puts a program of this process' user into a folder that another user can read. @returns what to start it by, from there */
export const linkProgram = async (program: string, folder: string): Promise<string> => {
  const name = basename(program);
  const path = join(folder, name);
  await rm(path, { force: true });
  // A link is not possible to another file system.
  await link(program, path).catch(() => copyFile(program, path));
  return `./${name}`;
};
