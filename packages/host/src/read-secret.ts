import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type SecretRef, usageError } from '@livekit-swarm/settings';

/** What secrets are read with. */
export interface SecretReader {
  env: NodeJS.ProcessEnv;
  /** What relative paths are relative to. */
  dir: string;
}

/** Larger files are rejected as secrets. */
const MAX_BYTES = 64 * 1_024;

/**
 * @param where for messages: `exporter.yaml:3:5: token`
 * @throws SwarmError `usage` when there is nothing; never repeats what there is
 */
export const readSecret = async (
  ref: SecretRef,
  where: string,
  { env, dir }: SecretReader,
): Promise<string> => {
  if ('env' in ref) {
    const value = env[ref.env]?.trim() ?? '';
    if (value !== '') return value;
    throw usageError(
      `${where}: the environment variable ${ref.env} is not set`,
      'set it, or name another one',
    );
  }
  const path = resolve(dir, ref.file);
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw usageError(
      `${where}: ${path} cannot be read: ${error.code ?? error.message}`,
      'check the path and who may read it',
    );
  });
  const value = bytes.length > MAX_BYTES ? '' : bytes.toString('utf8').trim();
  if (value === '') {
    throw usageError(
      `${where}: ${path} ${bytes.length > MAX_BYTES ? 'is too large for a secret' : 'is empty'}`,
      'it must hold the secret and nothing else',
    );
  }
  return value;
};
