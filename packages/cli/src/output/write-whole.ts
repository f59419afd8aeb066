import { createWriteStream, existsSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { makeFolder } from '@livekit-swarm/host';
import { piecesOf, type Rendered } from '@livekit-swarm/report';

/**
 * Writes a report to a file, whole or not at all: it appears by rename, so that nobody takes half a document for one. Its folder is made when it is missing.
 * What is no ordinary file (a pipe, /dev/stderr) is written to directly, behind what is there: it may be what stdout goes to.
 * @throws Error as the file system says, or as rendering does
 */
export const writeWhole = async (path: string, rendered: Rendered): Promise<void> => {
  if (/^\/(dev|proc)\//.test(path))
    return await pipeline(piecesOf(rendered), createWriteStream(path, { flags: 'a' }));
  makeFolder(dirname(path));
  // A link stays one.
  const file = existsSync(path) ? realpathSync(path) : path;
  if (existsSync(file) && !statSync(file).isFile())
    return await pipeline(piecesOf(rendered), createWriteStream(file));
  const unfinished = join(dirname(file), `.${basename(file)}.${process.pid}`);
  try {
    await pipeline(piecesOf(rendered), createWriteStream(unfinished));
    renameSync(unfinished, file);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
};
