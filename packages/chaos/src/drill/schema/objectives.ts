import {
  customIssue,
  duration,
  hinted,
  quote,
  share,
  strict,
  textOf,
  whole,
} from '@livekit-swarm/settings';
import { z } from 'zod';
import type { Objectives } from '../drill.ts';

const MAX_COUNT = 1_000_000;

/** A limit, or `any`: not required. */
const count = () => {
  const error = hinted(`must be a whole number from 0 to ${MAX_COUNT}, or any`, 'write 0');
  return z
    .union([whole(0, MAX_COUNT), z.literal('any', { error }).transform(() => null)], { error })
    .meta({ samples: [0, 'any'] });
};

const timeToRecover = strict({
  p50: duration(1).optional().describe('Half of the interrupted subscriptions.'),
  p95: duration(1).optional().describe('95 % of them.'),
  max: duration(1).optional().describe('All of them.'),
}).superRefine(({ p50, p95, max }, context) => {
  const complain = (key: string, other: string): void => {
    const hint = `write at least the value of ${other}`;
    context.addIssue(customIssue([key], `is less than ${other}`, hint));
  };
  if (p50 !== undefined && p95 !== undefined && p95 < p50) complain('p95', 'p50');
  if (max !== undefined && max < Math.max(p50 ?? 0, p95 ?? 0))
    complain('max', p95 === undefined ? 'p50' : 'p95');
});

const CONTROL_GROUP_HINT = 'write uninterrupted, any or { maxInterruption: 1s }';

/** `uninterrupted`, `any`, or the longest interruption that is accepted. */
const controlGroup = z
  .union(
    [
      z.enum(['uninterrupted', 'any'], {
        error: (issue) =>
          hinted(`unknown objective ${quote(textOf(issue.input))}`, CONTROL_GROUP_HINT)(issue),
      }),
      strict({
        maxInterruption: duration(500).describe('The longest interruption in any of them.'),
      }),
    ],
    { error: hinted('must be an objective', CONTROL_GROUP_HINT) },
  )
  .transform((given): number | null =>
    typeof given === 'object' ? given.maxInterruption : given === 'any' ? null : 0,
  )
  .meta({ samples: ['uninterrupted', { maxInterruption: '1s' }] });

/** Prometheus accepts any text; in practice names of alerts are words. */
const alertName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_.:-]{0,199}$/, {
  error: hinted('is not a name of an alert', 'write LiveKitNodeDown'),
});

const alerts = z
  .record(alertName, duration(1_000), {
    error: hinted('must be a mapping of alerts', 'write { LiveKitNodeDown: 2m }'),
  })
  .meta({ samples: [{ LiveKitNodeDown: '2m' }] });

/** Conditions on the recovery. A key that is left out has its default; `any` requires nothing. */
export const objectives = strict({
  timeToRecover: timeToRecover
    .default({})
    .describe(
      'From the injection until the media of a subscription resumed. Default: not required.',
    ),
  subscriptionsNotRecovered: count()
    .prefault(0)
    .describe('Subscriptions whose media had not resumed at the end.'),
  roomsWithoutMedia: count()
    .prefault(0)
    .describe('Rooms in which no participant receives media at the end.'),
  splitBrain: count()
    .prefault(0)
    .describe(
      'Rooms that have split into partitions: participants that receive media of each other and of no other.',
    ),
  controlGroup: controlGroup
    .prefault('uninterrupted')
    .describe(
      'Rooms that no fault affected: no interruption over 500 ms, or { maxInterruption: 1s }.',
    ),
  joinProbesConnected: share()
    .optional()
    .describe('Share of the join probes that connected, over the whole drill.'),
  joinProbesWithoutMedia: count()
    .optional()
    .describe('Join probes of the recovery that did not see and receive every participant.'),
  ghostRooms: count()
    .prefault('any')
    .describe('Rooms that the server still lists at the end and that no node serves.'),
  disconnected: count()
    .prefault('any')
    .describe('Participants that were disconnected, whether they rejoined or not.'),
  alerts: alerts
    .default({})
    .describe(
      'Alerts that must fire, each within this time after the first fault. Default: not required.',
    ),
}).transform(
  (given): Objectives => ({
    timeToRecoverP50Ms: given.timeToRecover.p50 ?? null,
    timeToRecoverP95Ms: given.timeToRecover.p95 ?? null,
    timeToRecoverMaxMs: given.timeToRecover.max ?? null,
    subscriptionsNotRecovered: given.subscriptionsNotRecovered,
    roomsWithoutMedia: given.roomsWithoutMedia,
    splitBrain: given.splitBrain,
    controlGroupInterruptionMs: given.controlGroup,
    joinProbesConnected: given.joinProbesConnected ?? null,
    joinProbesWithoutMedia: given.joinProbesWithoutMedia ?? null,
    ghostRooms: given.ghostRooms,
    disconnected: given.disconnected,
    alertsWithinMs: { ...given.alerts },
  }),
);
