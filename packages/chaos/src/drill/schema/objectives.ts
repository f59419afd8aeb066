import { readThreshold } from '@livekit-swarm/metrics';
import { DRILL_OBJECTIVES } from '@livekit-swarm/record';
import {
  customIssue,
  duration,
  hinted,
  type Path,
  prose,
  quote,
  share,
  strict,
  text,
  textOf,
  whole,
  word,
} from '@livekit-swarm/settings';
import { z } from 'zod';
import type { KnownFailures, Objectives, RoleObjectives } from '../drill.ts';

const MAX_COUNT = 1_000_000;

/** Schema of a limit, or `any`: not required. */
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

/** Schema of the conditions on one direction of a role's media. */
const direction = () =>
  strict({
    timeToRecover: timeToRecover
      .default({})
      .describe('Time from the injection until media resumed. Default: not required.'),
    notRecovered: count()
      .prefault('any')
      .describe('Number of those whose media had not resumed at the end.'),
  });

type Direction = z.output<ReturnType<typeof direction>>;

const roles = z
  .record(
    z.string(),
    strict({
      receiving: direction().optional().describe('Subscriptions of its participants.'),
      publishing: direction()
        .optional()
        .describe(
          'Publications of its participants. They are interrupted while no subscriber receives them.',
        ),
    }),
    { error: hinted('must be a mapping of roles', 'write { listener: { receiving: {} } }') },
  )
  .transform((given): RoleObjectives[] =>
    Object.entries(given).flatMap(([role, { receiving, publishing }]) => [
      ...roleObjectives(role, 'receiving', receiving),
      ...roleObjectives(role, 'publishing', publishing),
    ]),
  )
  .meta({
    samples: [{ listener: { receiving: { timeToRecover: { p95: '15s' }, notRecovered: 0 } } }],
  });

const roleObjectives = (
  role: string,
  direction: RoleObjectives['direction'],
  given: Direction | undefined,
): RoleObjectives[] =>
  given === undefined
    ? []
    : [
        {
          role,
          direction,
          timeToRecoverP50Ms: given.timeToRecover.p50 ?? null,
          timeToRecoverP95Ms: given.timeToRecover.p95 ?? null,
          timeToRecoverMaxMs: given.timeToRecover.max ?? null,
          subscriptionsNotRecovered: given.notRecovered,
        },
      ];

const CONTROL_GROUP_HINT = 'write uninterrupted, any or { maxInterruption: 1s }';

/** Schema of the control group: `uninterrupted`, `any`, or the longest accepted interruption. */
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

/** Name of an alert. Prometheus accepts any text; in practice names are words. */
const alertName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_.:-]{0,199}$/, {
  error: hinted('is not a name of an alert', 'write LiveKitNodeDown'),
});

const alerts = z
  .record(alertName, duration(1_000), {
    error: hinted('must be a mapping of alerts', 'write { LiveKitNodeDown: 2m }'),
  })
  .meta({ samples: [{ LiveKitNodeDown: '2m' }] });

/**
 * Schema of the conditions on the recovery. A missing key has its default; `any` requires nothing.
 */
export const objectives = strict({
  timeToRecover: timeToRecover
    .default({})
    .describe(
      'Time from the injection until the media of a subscription resumed. Default: not required.',
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
  invariantViolations: count()
    .prefault('any')
    .describe(
      'Violations of invariants: connected without media for 30 s, a room on two nodes for 20 s, a track of another room, a track delivered twice, a subscription without media after 30 s without faults.',
    ),
  rto: duration()
    .optional()
    .describe(
      'Time from the fault until the API answers and joins succeed again (continuity). Default: not required.',
    ),
  rpo: duration()
    .optional()
    .describe(
      'Age of the oldest confirmed write that was lost, at the beginning of the outage (continuity). Default: not required.',
    ),
  stateLost: count()
    .prefault('any')
    .describe('Rooms, participants, dispatches and other records that are lost (continuity).'),
  agentSilence: strict({
    max: duration(1).describe('In every conversation with a voice agent.'),
  })
    .optional()
    .describe(
      'Longest time without audio of any agent, after the first fault. Default: not required.',
    ),
  conversationsLost: count()
    .prefault('any')
    .describe('Conversations in which no voice agent is heard at the end.'),
  roles: roles
    .prefault({})
    .describe('Conditions on the media of single roles, by direction. Default: none.'),
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
    invariantViolations: given.invariantViolations,
    rtoMs: given.rto ?? null,
    rpoMs: given.rpo ?? null,
    stateLost: given.stateLost,
    agentSilenceMaxMs: given.agentSilence?.max ?? null,
    conversationsLost: given.conversationsLost,
    roles: given.roles,
    alertsWithinMs: { ...given.alerts },
  }),
);

const expression = z.string({ error: hinted('must be an expression', 'write p(95)<200') });

/** Schema of the conditions on one metric: a list, or a single one. */
const expressions = z
  .union([z.array(expression), expression], {
    error: hinted('must be expressions', 'write a list of them: [p(95)<200]'),
  })
  .meta({ id: 'expressions', samples: [['p(95)<200'], ['rate<0.01']] });

/** Threshold of the file: its position, and its text in the form of `parseThreshold`. */
export interface WrittenThreshold {
  path: (string | number)[];
  text: string;
}

/**
 * Schema of thresholds as in scenarios, but without abortOnFail: a drill has its own abort
 * condition.
 */
export const thresholds = z
  .record(z.string(), expressions, {
    error: hinted('must be a mapping of metrics', 'write media_latency@recovery: [p(95)<200]'),
  })
  .transform((given, context): WrittenThreshold[] => {
    const written = Object.entries(given).flatMap(([key, value]) =>
      typeof value === 'string'
        ? [{ path: [key], text: `${key}: ${value}` }]
        : value.map((one, index) => ({ path: [key, index], text: `${key}: ${one}` })),
    );
    for (const { path, text } of written) {
      const problem = problemOf(text);
      if (problem !== null) context.addIssue(customIssue(path, problem.message, problem.hint));
    }
    return written;
  });

const problemOf = (text: string): { message: string; hint: string | null } | null => {
  const { threshold, problem } = readThreshold(text);
  if (problem !== null) return problem;
  if (threshold.abortOnFail === null) return null;
  return {
    message: 'a threshold cannot end a drill',
    hint: 'leave abortOnFail out; write abort: { controlGroupInterrupted: 50%, for: 10s }',
  };
};

const objectiveCodes = () =>
  z
    .array(word(DRILL_OBJECTIVES, 'objective'), {
      error: hinted('must be a list', 'write [split_brain, not_recovered]'),
    })
    .meta({ samples: [['split_brain', 'not_recovered']] });

/** Schema of the objectives that a version of the server is expected to miss in this drill. */
export const knownFailures = strict({
  serverVersion: text(40, 'a version')
    .regex(/^\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$/, {
      error: hinted('must be a version', 'write 1.13.4'),
    })
    .meta({ description: 'The version that was tested.', samples: ['1.13.4'] }),
  always: objectiveCodes().default([]).describe('Objectives that are missed in every repeat.'),
  sometimes: objectiveCodes().default([]).describe('Objectives that are missed in some repeats.'),
  reason: prose(1_000, 'a reason').describe('Behaviour of the server.'),
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
