import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { SwarmError } from '@livekit-swarm/settings';

/**
 * Folder of built programs, shared by all checkouts. A relative XDG_CACHE_HOME counts as unset (XDG
 * Base Directory Specification 0.8).
 */
export const cacheDir = (env: NodeJS.ProcessEnv = process.env): string => {
  const base = env.XDG_CACHE_HOME;
  return join(
    base !== undefined && isAbsolute(base) ? base : join(homedir(), '.cache'),
    'livekit-swarm',
  );
};

/** Errors of a file system that only the user can fix. */
const REFUSALS: ReadonlySet<unknown> = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOSPC',
  'EDQUOT',
  'ENOTDIR',
  'EEXIST',
  'ENAMETOOLONG',
]);

/**
 * Turns an error of the file system about the cache (see `cacheDir`) into `not_kept`, with a hint;
 * returns any other unchanged.
 *
 *     await work().catch((error) => { throw explainCacheError(error); });
 */
export const explainCacheError = (error: unknown): unknown => {
  if (
    !(error instanceof Error && 'code' in error && 'syscall' in error && REFUSALS.has(error.code))
  )
    return error;
  const hint = 'free space there or make it writable, or set XDG_CACHE_HOME to another folder';
  return new SwarmError('not_kept', `the cache cannot be written: ${error.message}`, hint, {
    cause: error,
  });
};
