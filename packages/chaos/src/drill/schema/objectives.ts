import { duration, quote, say, share, strict, textOf, whole } from '@livekit-swarm/settings';
import { z } from 'zod';
import type { Objectives } from '../drill.ts';

const MOST = 1_000_000;

/** A limit, or `any`: not asked. */
const count = () => {
  const error = say(`must be a whole number from 0 to ${MOST}, or any`, 'write 0');
  return z
    .union([whole(0, MOST), z.literal('any', { error }).transform(() => null)], { error })
    .meta({ samples: [0, 'any'] });
};

const rto = strict({
  p50: duration(1).optional().describe('Of half of the pairs that fell silent.'),
  p95: duration(1).optional().describe('Of 95 % of them.'),
  max: duration(1).optional().describe('Of all of them.'),
}).superRefine(({ p50, p95, max }, context) => {
  const complain = (key: string, other: string): void => {
    context.addIssue({
      code: 'custom',
      path: [key],
      message: say(`is less than ${other}`, 'what most reach in time, fewer do as well'),
    });
  };
  if (p50 !== undefined && p95 !== undefined && p95 < p50) complain('p95', 'p50');
  if (max !== undefined && max < Math.max(p50 ?? 0, p95 ?? 0))
    complain('max', p95 === undefined ? 'p50' : 'p95');
});

/** `untouched`, `any`, or the longest silence that is let pass. */
const controlRooms = z
  .union(
    [
      z.enum(['untouched', 'any'], {
        error: ({ input }) =>
          say(`${quote(textOf(input))} is no objective`, 'write untouched, any or { maxGap: 1s }'),
      }),
      strict({ maxGap: duration(500).describe('The longest silence in any of them.') }),
    ],
    { error: say('must be an objective', 'write untouched, any or { maxGap: 1s }') },
  )
  .transform((given): number | null =>
    typeof given === 'object' ? given.maxGap : given === 'any' ? null : 0,
  )
  .meta({ samples: ['untouched', { maxGap: '1s' }] });

/** Prometheus would take any text; names of alerts are words everywhere. */
const alertName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_.:-]{0,199}$/, {
  error: say('this cannot be an alert', 'write LiveKitNodeDown'),
});

const alerts = z
  .record(alertName, duration(1_000), {
    error: say('must be a mapping of alerts', 'write { LiveKitNodeDown: 2m }'),
  })
  .meta({ samples: [{ LiveKitNodeDown: '2m' }] });

/** What must be true at the end. What is left out has the default of its key; `any` asks for nothing. */
export const objectives = strict({
  rto: rto
    .default({})
    .describe('From the injection until the media of a pair is back. Left out: not asked.'),
  neverRecovered: count().prefault(0).describe('Ordered pairs that never heard each other again.'),
  roomsLost: count().prefault(0).describe('Rooms in which nobody hears anybody at the end.'),
  splitBrain: count()
    .prefault(0)
    .describe('Rooms that have fallen into circles of people who hear each other and nobody else.'),
  controlRooms: controlRooms
    .prefault('untouched')
    .describe('Rooms that no fault hit: no silence over 500 ms, or { maxGap: 1s }.'),
  newcomersIn: share()
    .optional()
    .describe('Share of the newcomers who got in, over the whole drill.'),
  newcomersBlind: count()
    .optional()
    .describe('Newcomers of the recovery who did not see and hear everybody who was there.'),
  ghosts: count()
    .prefault('any')
    .describe('Rooms that the server still lists at the end, though nobody is in them.'),
  disconnected: count()
    .prefault('any')
    .describe(
      'Participants who were told that they are out for good, whether they came back or not.',
    ),
  alerts: alerts
    .default({})
    .describe(
      'Alerts that must fire, and how long after the first fault at the latest. Left out: not asked.',
    ),
}).transform(
  (given): Objectives => ({
    rtoP50Ms: given.rto.p50 ?? null,
    rtoP95Ms: given.rto.p95 ?? null,
    rtoMaxMs: given.rto.max ?? null,
    neverRecovered: given.neverRecovered,
    roomsLost: given.roomsLost,
    splitBrain: given.splitBrain,
    controlGapMs: given.controlRooms,
    newcomersIn: given.newcomersIn ?? null,
    newcomersBlind: given.newcomersBlind ?? null,
    ghosts: given.ghosts,
    disconnected: given.disconnected,
    alertsWithinMs: { ...given.alerts },
  }),
);
