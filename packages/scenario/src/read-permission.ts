import { realpathSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { type SecretRef, usageError } from '@livekit-swarm/settings';

/**
 * Variables and files of this host that scenario files may read. Other users may have written a
 * scenario file, which also names the server that receives the content.
 */
export interface ReadPermission {
  /** Names of environment variables. */
  env: readonly string[];
  /** Files, and folders with everything in them; relative to the working directory. */
  files: readonly string[];
}

export const NOTHING_READABLE: ReadPermission = { env: [], files: [] };

/** Names of variables that scenarios may always read. */
const FOR_SCENARIOS = /^SWARM_SECRET_./;

/** Names of variables of the deployment and of swarm, which no scenario may read. */
const OWN_SECRETS = /^(LIVEKIT|SWARM)_/i;

/**
 * Check that a scenario may read a secret.
 * @param where place in the scenario, for messages
 * @throws SwarmError `usage` if it may not; the message never contains the secret
 */
export const assertReadable = (
  ref: SecretRef,
  where: string,
  { env, files }: ReadPermission,
  dir: string,
): void => {
  if ('file' in ref) {
    assertReadableFile(resolve(dir, ref.file), where, files);
    return;
  }
  const { env: name } = ref;
  if (FOR_SCENARIOS.test(name)) return;
  if (OWN_SECRETS.test(name))
    throw usageError(
      `${where}: a scenario may not read ${name}, which belongs to the deployment or to swarm`,
      'put the value into a variable of its own, named SWARM_SECRET_…',
    );
  if (env.includes(name)) return;
  throw usageError(
    `${where}: this scenario may not read the environment variable ${name}`,
    `add --allow-env ${name} when you trust the scenario, or name the variable SWARM_SECRET_…`,
  );
};

/**
 * Check that a scenario may read a file.
 * @param path absolute path
 * @param allowed files and folders
 * @throws SwarmError `usage` if it may not
 */
export const assertReadableFile = (
  path: string,
  where: string,
  allowed: readonly string[],
): void => {
  const target = realPath(path);
  if (allowed.some((one) => isWithin(realPath(resolve(one)), target))) return;
  throw usageError(
    `${where}: this scenario may not read ${path}`,
    `add --allow-file ${path} when you trust the scenario; a folder allows everything in it`,
  );
};

/**
 * Path with its links followed, so that no link leads out of a folder; unchanged if there is no
 * such file.
 */
const realPath = (path: string): string => {
  try {
    return realpathSync(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return path;
    throw error;
  }
};

const isWithin = (folder: string, path: string): boolean => {
  const inner = relative(folder, path);
  return inner === '' || !(inner === '..' || inner.startsWith(`..${sep}`) || inner.startsWith(sep));
};
