import { DRILL_OBJECTIVES } from '@livekit-swarm/record';
import { customIssue, hinted, type Path, prose, strict, text, word } from '@livekit-swarm/settings';
import { z } from 'zod';
import type { KnownFailures } from '../drill.ts';

const objectiveCodes = () =>
  z
    .array(word(DRILL_OBJECTIVES, 'objective'), {
      error: hinted('must be a list', 'write [split_brain, not_recovered]'),
    })
    .meta({ samples: [['split_brain', 'not_recovered']] });

/** Objectives that a version of the server is expected to miss in this drill. */
export const knownFailures = strict({
  serverVersion: text(40, 'a version')
    .regex(/^\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$/, {
      error: hinted('must be a version', 'write 1.13.4'),
    })
    .meta({ description: 'The version that was tested.', samples: ['1.13.4'] }),
  always: objectiveCodes().default([]).describe('Missed in every repeat.'),
  sometimes: objectiveCodes().default([]).describe('Missed in some repeats.'),
  reason: prose(1_000, 'a reason').describe('What the server does.'),
}).superRefine(({ always, sometimes }, context) => {
  const complain = (path: Path, message: string, hint: string): void =>
    void context.addIssue(customIssue(path, message, hint));
  if (always.length + sometimes.length === 0) {
    complain(
      ['always'],
      'always is missing, and sometimes is empty',
      'write always: [split_brain], or leave knownFailures out',
    );
  }
  for (const [index, one] of sometimes.entries()) {
    if (always.includes(one))
      complain(['sometimes', index], `${one} is also in always`, 'leave one out');
  }
  for (const [key, list] of Object.entries({ always, sometimes })) {
    for (const [index, one] of list.entries()) {
      if (list.indexOf(one) < index)
        complain([key, index], `${one} is listed twice`, 'leave one out');
    }
  }
}) satisfies z.ZodType<KnownFailures>;
