import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { codeOf } from '@livekit-swarm/settings';

/**
 * Creates a folder and its missing parents. Node's own `recursive` loops for ever where the kernel
 * returns ENOENT for an existing parent (under /proc).
 * @throws the error of the system call that failed first
 */
export const makeFolder = (dir: string): void => {
  const path = resolve(dir);
  const error = tryToMake(path);
  if (error === null) return;
  const parent = dirname(path);
  if (codeOf(error) !== 'ENOENT' || parent === path) throw error;
  makeFolder(parent);
  const again = tryToMake(path);
  if (again !== null) throw again;
};

/**
 * Creates a folder.
 * @returns null if the path exists afterwards; it may be a file, and then writing into it fails
 * later
 */
const tryToMake = (path: string): unknown => {
  try {
    mkdirSync(path);
    return null;
  } catch (error) {
    return codeOf(error) === 'EEXIST' ? null : error;
  }
};
