import { createWriteStream, existsSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { makeFolder, replaceFile } from '@livekit-swarm/host';
import { piecesOf, type Rendered } from '@livekit-swarm/report';

/**
 * Writes a report to a file, which is complete at any time. Its folder is created when it is missing.
 * A path that is not a regular file (a pipe, /dev/stderr) is appended to directly: stdout may be redirected to it.
 * @throws the error of the file system, or that of rendering
 */
export const writeWhole = async (path: string, rendered: Rendered): Promise<void> => {
  if (/^\/(dev|proc)\//.test(path))
    return await pipeline(piecesOf(rendered), createWriteStream(path, { flags: 'a' }));
  makeFolder(dirname(path));
  // A link stays one.
  const file = existsSync(path) ? realpathSync(path) : path;
  if (existsSync(file) && !statSync(file).isFile())
    return await pipeline(piecesOf(rendered), createWriteStream(file));
  await replaceFile(file, piecesOf(rendered));
};
