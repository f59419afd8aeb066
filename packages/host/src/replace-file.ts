import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { failpoint } from './failpoint.ts';

/**
 * Writes a file atomically, even across a power failure: into a temporary file next to it, which
 * replaces it once it is synced. A full disk is an error; write-file-atomic 7.0.0 would replace the
 * file with a truncated one.
 * @param data text, or pieces of it
 * @param mode mode of the file, before the umask
 * @throws the error of the file system, or of `data`; the temporary file is removed first
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

/** Syncs a folder: it holds the file's new name, which syncing the file does not write. */
const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};
