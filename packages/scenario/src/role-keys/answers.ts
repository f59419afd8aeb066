/** Reference agent: a participant that answers voice after a known time, and is known as an agent. */
import { duration, strict } from '@livekit-swarm/settings';
import { z } from 'zod';
import { durationText } from '../language/write/texts.ts';
import { type ConversationRole, checkVoice } from './conversation.ts';
import { type Checking, defineRoleKey } from './definition.ts';
import type { E2eeKey } from './e2ee.ts';

/** Answers in records and plans. */
export const answersSchema = z
  .object({
    /** Time from the last voice heard to the first voice of the answer, ms. */
    afterMs: z.number(),
    /** Length of an answer, ms. */
    lengthMs: z.number(),
    /**
     * Time from the first voice of another participant to the end of an answer, ms; null: it is not
     * interrupted.
     */
    stopsAfterMs: z.number().nullable(),
  })
  .meta({ id: 'Answers', description: 'Answers of a reference agent.' });

export type Answers = z.infer<typeof answersSchema>;

/** Least time in which the end of voice is detected, ms: a pause of 200 ms, and a timer. */
const LEAST_MS = 250;
const LONGEST_MS = 60_000;

const answersSetting = () =>
  strict({
    after: duration(LEAST_MS)
      .default(500)
      .describe('Time from the last voice that it hears to the first voice of its answer.'),
    length: duration(100)
      .default(2_000)
      .refine((ms) => ms <= LONGEST_MS, 'must be at most 60s')
      .describe('Length of an answer.'),
    stopsAfter: z
      .union([z.literal('never').transform(() => null), duration()])
      .default(300)
      .describe('Time until an answer stops when another participant speaks (barge-in), or never.'),
  })
    .transform(
      ({ after, length, stopsAfter }): Answers => ({
        afterMs: after,
        lengthMs: length,
        stopsAfterMs: stopsAfter,
      }),
    )
    .meta({ id: 'answers', samples: [{ after: '300ms', length: '2s' }] });

/** Answers of a reference agent. Absent: the participant is not an agent. */
export const answers = defineRoleKey({
  name: 'answers',
  file: answersSetting()
    .optional()
    .describe(
      'They are reference agents: they join as agents, and answer callers after a known time, so that measurements can be checked.',
    ),
  settings: answersSchema.exactOptional(),
  plan: 'same',
  nativeOnly: true,
  read: (given) => given,
  write: ({ afterMs, lengthMs, stopsAfterMs }): Record<string, unknown> => ({
    after: durationText(afterMs),
    length: durationText(lengthMs),
    stopsAfter: stopsAfterMs === null ? 'never' : durationText(stopsAfterMs),
  }),
  check: (given, context: Checking<ConversationRole, E2eeKey>) => {
    if (given !== undefined) checkVoice('answers', context);
  },
});
