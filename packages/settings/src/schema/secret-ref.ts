import { z } from 'zod';
import { hinted } from './issues.ts';
import { text } from './leaves.ts';
import { strict } from './strict.ts';

/** Location of a secret. A configuration never contains the secret. */
export type SecretRef = { env: string } | { file: string };

const HINT = 'write { env: NAME } or { file: PATH }';

/**
 * Schema of a secret's location: `{ env: NAME }` or `{ file: PATH }`.
 * @param base what relative paths refer to, for the description
 */
export const secretRef = (base = 'the configuration') =>
  z
    .union(
      [
        strict({ env: text(200, 'the name of a variable').describe('An environment variable.') }),
        strict({
          file: text(4_096, 'a path').describe(
            `A file with only the secret; relative to ${base}. Surrounding white space is removed.`,
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
    .meta({
      description: 'Where a secret is: { env: NAME } or { file: PATH }.',
      shared: 'secretRef',
    });
