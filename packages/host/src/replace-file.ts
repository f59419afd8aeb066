import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { failpoint } from './failpoint.ts';

/**
 * Writes a file atomically, also with respect to a power failure: into a temporary file next to it, which replaces it once it
 * is synced. A full disk is an error; write-file-atomic 7.0.0 replaces the file with a truncated one.
 * @param data text, or pieces of it
 * @param mode of the file, before the umask
 * @throws the error of the file system, or that of `data`; nothing is left of the temporary file then
 */
export const replaceFile = async (
  file: string,
  data: string | AsyncIterable<string>,
  mode = 0o666,
): Promise<void> => {
  const folder = dirname(file);
  const unfinished = join(folder, `.${basename(file)}.${process.pid}`);
  try {
    const handle = await open(unfinished, 'w', mode);
    const pieces = typeof data === 'string' ? [data] : data;
    await pipeline(pieces, handle.createWriteStream({ flush: true }));
    failpoint('replace_file.written');
    await rename(unfinished, file);
    failpoint('replace_file.renamed');
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  await syncFolder(folder);
};

/** The name of a file is in its folder, which is synced separately. */
const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};
