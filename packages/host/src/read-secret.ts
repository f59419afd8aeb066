import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type SecretRef, usageError } from '@livekit-swarm/settings';

/** Sources from which secrets are read. */
export interface SecretReader {
  env: NodeJS.ProcessEnv;
  /** Folder that relative paths refer to. */
  dir: string;
}

/** Largest file that is accepted as a secret, bytes. */
const MAX_BYTES = 64 * 1_024;

/**
 * Reads a secret from an environment variable or a file.
 * @param where place in the settings file, for messages: `exporter.yaml:3:5: token`
 * @throws SwarmError `usage` if the secret is missing, empty or too large; the message never
 * contains it
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
