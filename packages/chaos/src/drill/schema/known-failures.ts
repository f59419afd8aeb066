import { DRILL_FAILINGS } from '@livekit-swarm/record';
import { prose, say, strict, text, word } from '@livekit-swarm/settings';
import { z } from 'zod';
import type { KnownOutcome } from '../drill.ts';

const failings = () =>
  z
    .array(word(DRILL_FAILINGS, 'way to fail'), {
      error: say('must be a list', 'write [split-brain, never-recovered]'),
    })
    .meta({ samples: [['split-brain', 'never-recovered']] });

/** What a version of the server is known to do in this drill: failing so is expected, failing otherwise or not at all is news. */
export const known = strict({
  server: text(40, 'a version')
    .regex(/^\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$/, {
      error: say('must be a version', 'write 1.13.4'),
    })
    .meta({ description: 'The version that was tried.', samples: ['1.13.4'] }),
  fails: failings().default([]).describe('What it fails in every time.'),
  sometimes: failings().default([]).describe('What it fails in one time and not in another.'),
  because: prose(1_000, 'a reason').describe('What the server does, in a sentence.'),
}).superRefine(({ fails, sometimes }, context) => {
  const complain = (path: PropertyKey[], message: string): void =>
    void context.addIssue({ code: 'custom', path, message });
  if (fails.length + sometimes.length === 0) {
    complain(
      ['fails'],
      say(
        'fails is missing: nothing is known then',
        'write fails: [split-brain], or leave known out',
      ),
    );
  }
  for (const [index, one] of sometimes.entries()) {
    if (fails.includes(one))
      complain(['sometimes', index], say(`${one} is under fails, too`, 'leave one out'));
  }
  for (const [key, list] of Object.entries({ fails, sometimes })) {
    for (const [index, one] of list.entries()) {
      if (list.indexOf(one) < index)
        complain([key, index], say(`${one} is there twice`, 'leave one out'));
    }
  }
}) satisfies z.ZodType<KnownOutcome>;
