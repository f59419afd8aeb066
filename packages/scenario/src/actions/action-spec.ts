/** Actions of a role's participants during their stay, in the form of records. */
import { z } from 'zod';
import { distributionSchema } from '../executors/duration-distribution.ts';
import { permissionSchema } from '../permission.ts';
import { type TrackPlan, trackPlanSchema } from '../track-plan.ts';

/** Sources of tracks that actions name: a participant publishes at most one track of each. */
export const ACTION_SOURCES = ['audio', 'camera', 'screen'] as const;

/** Scenarios of livekit-client's `simulateScenario`, which the server carries out. */
export const SIMULATIONS = [
  'speaker-update',
  'migration',
  'node-failure',
  'server-leave',
  'full-reconnect',
  'force-tcp',
  'force-tls',
  'subscriber-bandwidth',
] as const;

const step = z.discriminatedUnion('do', [
  z.object({ do: z.enum(['mute', 'unmute', 'unpublish']), source: z.enum(ACTION_SOURCES) }),
  z.object({ do: z.literal('publish'), track: trackPlanSchema }),
  z.object({
    do: z.literal('set'),
    name: z.string().exactOptional(),
    metadata: z.string().exactOptional(),
    attributes: z.record(z.string(), z.string()).exactOptional(),
  }),
  z.object({ do: z.literal('permit'), permission: permissionSchema }),
  z.object({
    do: z.literal('simulate'),
    simulate: z.enum(SIMULATIONS),
    /** Bandwidth that the server assumes with `subscriber-bandwidth`, bit/s; 0: its estimate. */
    bandwidthBps: z.number().exactOptional(),
  }),
  z.object({ do: z.enum(['change-address', 'disappear', 'join-again']) }),
]);

export const actionSchema = z
  .object({
    /** Time after the scheduled join. */
    at: distributionSchema,
    /** Time until the action is undone; null: it is not undone. */
    for: distributionSchema.nullable(),
    /** Interval between repetitions, from begin to begin; null: the action is carried out once. */
    every: distributionSchema.nullable(),
    step,
  })
  .meta({
    id: 'Action',
    description: 'An action of the participants of a role during their stay.',
  });

/** Step of a participant at one time. */
export type ActionStep = z.infer<typeof step>;
export type ActionSource = (typeof ACTION_SOURCES)[number];
export type ActionSpec = z.infer<typeof actionSchema>;
export type ActionName = ActionStep['do'];

/** Step of a plan: an action, the start or end of a turn, or a change to the next key. */
export type PlannedStep =
  | ActionStep
  | { do: 'speak' }
  | { do: 'listen' }
  | { do: 'change-key'; key: number };

/** Planned step of a participant, `atMs` after the start of the run. */
export type PlannedAction = PlannedStep & { atMs: number };

/** Source of a track: microphone, camera or screen. */
export const actionSourceOf = (track: TrackPlan): ActionSource =>
  track.kind === 'audio' ? 'audio' : track.source;

/** Tracks of a role: those that it publishes at the join, and those that its actions publish. */
export const everPublished = ({
  publish,
  actions = [],
}: {
  publish: readonly TrackPlan[];
  actions?: readonly ActionSpec[];
}): TrackPlan[] => [
  ...publish,
  ...actions.flatMap(({ step }) => (step.do === 'publish' ? [step.track] : [])),
];
