/** What the participants of a role do during their stay, as records hold it. */
import { z } from 'zod';
import { distributionSchema } from '../executors/duration-distribution.ts';
import { permissionSchema } from '../permission.ts';
import { type TrackPlan, trackPlanSchema } from '../track-plan.ts';

/** A participant has one of each at most. */
export const ACTION_SOURCES = ['audio', 'camera', 'screen'] as const;

/** What livekit-client's `simulateScenario` can ask of the server. */
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
    /** `subscriber-bandwidth`: what the server assumes, bit/s; 0: what it estimates. */
    bandwidthBps: z.number().exactOptional(),
  }),
  z.object({ do: z.enum(['change-address', 'disappear', 'join-again']) }),
]);

export const actionSchema = z
  .object({
    /** After the scheduled join. */
    at: distributionSchema,
    /** Undone after this; null: not undone. */
    for: distributionSchema.nullable(),
    /** Again and again, this long after the last time it began; null: once. */
    every: distributionSchema.nullable(),
    step,
  })
  .meta({ id: 'Action', description: 'What participants of a role do during their stay.' });

/** One thing that a participant does at one moment. */
export type ActionStep = z.infer<typeof step>;
export type ActionSource = (typeof ACTION_SOURCES)[number];
export type ActionSpec = z.infer<typeof actionSchema>;
export type ActionName = ActionStep['do'];

/** What else a plan has for a participant: it begins and ends to speak, where it takes turns; it has the next key. */
export type PlannedStep =
  | ActionStep
  | { do: 'speak' }
  | { do: 'listen' }
  | { do: 'change-key'; key: number };

/** One thing that a participant of a plan does. `atMs`: after the start of the run. */
export type PlannedAction = PlannedStep & { atMs: number };

/** Microphone, camera or screen. */
export const actionSourceOf = (track: TrackPlan): ActionSource =>
  track.kind === 'audio' ? 'audio' : track.source;

/** The tracks of a role: those that it publishes when it joins, and those that its actions publish. */
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
