import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder and what is missing above it. Node's own `recursive` tries again for ever where the kernel says that a folder which is there
 * is not (ENOENT under /proc).
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

/** Null when something of that name is there afterwards. It may be a file: whoever puts something into it is told. */
const tryToMake = (path: string): unknown => {
  try {
    mkdirSync(path);
    return null;
  } catch (error) {
    return codeOf(error) === 'EEXIST' ? null : error;
  }
};

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : null;
