/** Turn-taking: the order in which participants of a room speak. */
import { share, strict } from '@livekit-swarm/settings';
import { z } from 'zod';
import {
  distribution,
  distributionForm,
  distributionSchema,
  drawDuration,
} from '../executors/duration-distribution.ts';
import type { Random } from '../random.ts';
import { defineRoleKey } from './definition.ts';

/** Turn-taking in records. */
export const turnsSchema = z
  .object({
    /** Length of a turn. */
    length: distributionSchema,
    /** Time until the next participant speaks. */
    pause: distributionSchema,
    /**
     * Share of turns that are interrupted: the next participant starts before the end, by the
     * length of a pause.
     */
    overlap: z.number(),
  })
  .meta({ id: 'Turns', description: 'Turns in which the participants of a role speak.' });

export type Turns = z.infer<typeof turnsSchema>;

const DEFAULT_TURNS: Turns = {
  length: { distribution: 'exponential', meanMs: 6_000 },
  pause: { distribution: 'constant', ms: 500 },
  overlap: 0.05,
};

const turnsSetting = () =>
  strict({
    length: distribution(100).optional().describe('Length of a turn.'),
    pause: distribution().optional().describe('Pause until another participant speaks.'),
    overlap: share()
      .optional()
      .describe(
        'Share of turns that are interrupted: the next participant begins before the end, by the length of a pause.',
      ),
  })
    .transform(
      ({ length, pause, overlap }): Turns => ({
        length: length ?? DEFAULT_TURNS.length,
        pause: pause ?? DEFAULT_TURNS.pause,
        overlap: overlap ?? DEFAULT_TURNS.overlap,
      }),
    )
    .meta({
      id: 'turns',
      samples: [{ length: { exponential: '6s' }, pause: '1s', overlap: '5%' }],
    });

/** Form that `turnsSetting` reads. */
const turnsForm = ({ length, pause, overlap }: Turns): Record<string, unknown> => ({
  length: distributionForm(length),
  pause: distributionForm(pause),
  overlap,
});

/** Participant that takes turns, from its join to its leave, ms after the start of the run. */
export interface TurnTaker {
  joinAtMs: number;
  leaveAtMs: number;
  turns: Turns;
}

export interface Turn {
  fromMs: number;
  toMs: number;
}

/** Shortest time between the starts of two turns, ms. */
const LEAST_MS = 100;

/**
 * Turns of each participant of one room, which has one conversation: the next speaker is drawn from
 * all others in the room; its role decides how long it speaks, and what follows. Each turn takes
 * its numbers from the stream in the same order.
 * @param most largest number of turns; later ones are left out
 */
export const planTurns = (
  turnTakers: readonly TurnTaker[],
  random: Random,
  most: number,
): Turn[][] => {
  const turns = turnTakers.map((): Turn[] => []);
  const endMs = turnTakers.reduce((latest, { leaveAtMs }) => Math.max(latest, leaveAtMs), 0);
  let atMs = turnTakers.reduce((least, { joinAtMs }) => Math.min(least, joinAtMs), endMs);
  let last: TurnTaker | null = null;
  for (let count = 0; count < most && atMs < endMs; ) {
    const present = turnTakers.filter((one) => one.joinAtMs <= atMs && one.leaveAtMs > atMs);
    if (present.length === 0) {
      atMs = nextJoin(turnTakers, atMs);
      continue;
    }
    const others = present.filter((one) => one !== last);
    const next = pick(others.length > 0 ? others : present, random());
    const { length, pause, overlap } = next.turns;
    const [lengthMs, pauseMs] = [drawDuration(length, random), drawDuration(pause, random)];
    const isInterrupted = random() < overlap;
    const mine = turns[turnTakers.indexOf(next)] ?? [];
    const fromMs = Math.max(atMs, mine.at(-1)?.toMs ?? 0);
    const toMs = Math.min(fromMs + lengthMs, next.leaveAtMs);
    if (toMs > fromMs) mine.push({ fromMs, toMs });
    count++;
    last = next;
    const nextMs = isInterrupted ? toMs - Math.min(pauseMs, lengthMs / 2) : toMs + pauseMs;
    atMs = Math.max(nextMs, atMs + LEAST_MS);
  }
  return turns;
};

const nextJoin = (turnTakers: readonly TurnTaker[], atMs: number): number =>
  turnTakers.reduce(
    (least, { joinAtMs }) => (joinAtMs > atMs ? Math.min(least, joinAtMs) : least),
    Number.POSITIVE_INFINITY,
  );

const pick = <T>(from: readonly T[], draw: number): T => {
  const one = from[Math.floor(draw * from.length)] ?? from[0];
  if (one === undefined) throw new Error('there is nothing to pick from');
  return one;
};

/** Turn-taking among participants of a room that have this key. Absent: they speak all the time. */
export const turns = defineRoleKey({
  name: 'turns',
  file: turnsSetting()
    .optional()
    .describe(
      'They take turns in speaking with all of their room that have this key; while others speak they send silence. Default: they speak all the time.',
    ),
  settings: turnsSchema.exactOptional(),
  plan: 'none',
  nativeOnly: true,
  read: (given) => given,
  write: turnsForm,
  check: (given, { at, tracks, complain }) => {
    if (given !== undefined && !tracks.some(({ kind }) => kind === 'audio'))
      complain([...at, 'turns'], 'has no effect without audio', 'write publish: audio', 'key');
  },
});
