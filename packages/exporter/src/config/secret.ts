import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { hinted, strict, text, usageError } from '@livekit-swarm/settings';
import { z } from 'zod';

/** Where a secret is. It never stands in the configuration itself. */
export type SecretRef = { env: string } | { file: string };

const HINT = 'write { env: NAME } or { file: PATH }';

/** `{ env: NAME }` or `{ file: PATH }`. */
export const secretRef = () =>
  z
    .union(
      [
        strict({ env: text(200, 'the name of a variable').describe('An environment variable.') }),
        strict({
          file: text(4_096, 'a path').describe(
            'A file with only the secret; relative to the configuration. Surrounding white space is removed.',
          ),
        }),
      ],
      {
        error: (issue) =>
          hinted(
            typeof issue.input === 'string'
              ? 'a secret must not stand in the file itself'
              : 'must say where the secret is',
            HINT,
          )(issue),
      },
    )
    .describe('Where a secret is: { env: NAME } or { file: PATH }.');

/** What secrets are read with. */
export interface SecretReader {
  env: NodeJS.ProcessEnv;
  /** What relative paths are relative to. */
  dir: string;
}

export const errorMessage = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

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
