import { z } from 'zod';
import { hinted } from './issues.ts';
import { text, whole } from './leaves.ts';

const MOST_LETTERS = 200;

const tagName = z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]{0,59}$/, {
  error: hinted('this cannot be a tag', 'use letters, digits and hyphens'),
});

const tagValue = z
  .union([text(MOST_LETTERS, 'a tag'), z.number(), z.boolean()], {
    error: hinted('must be text', 'write team: voice'),
  })
  .transform(String);

/** Labels that a file gives to its results. */
export const tags = () =>
  z
    .record(tagName, tagValue, { error: hinted('must be a mapping', 'write { team: voice }') })
    .default({})
    .meta({
      description: 'Copied into the record and its reports.',
      samples: [{ team: 'voice' }],
    });

/** Of everything that is random. */
export const seed = () => whole(0, 2 ** 32 - 1).default(1);
