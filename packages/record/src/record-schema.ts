import { scenarioSchema } from '@livekit-swarm/scenario';
import { z } from 'zod';
import { type HeaderLine, RECORD_SCHEMA, type RecordLine } from './record.ts';

/*
 * What readers of a record rely on, line by line. Fields beyond these are added by later versions, and let through.
 */
const at = z.number();
const count = z.number();
const text = z.string();
const figure = z.number().nullable();

const windowSchema = z.object({
  name: text,
  fromMs: z.number(),
  toMs: z.number(),
  source: z.enum(['builtin', 'stage', 'timeline']),
  group: text.optional(),
});

const header = z.object({
  type: z.literal('header'),
  schema: z.literal(RECORD_SCHEMA),
  run: text.min(1),
  startedAt: text,
  startedAtMs: z.number(),
  scenario: scenarioSchema.extend({ groups: scenarioSchema.shape.groups.min(1) }),
  plan: z.object({
    rooms: count,
    participants: count,
    droppedRooms: count,
    windows: z.array(windowSchema),
    lastJoinAtMs: z.number(),
    endAtMs: z.number(),
  }),
  thresholds: z.array(text),
  environment: z.record(text, z.union([text, z.number()])),
  workers: count,
  recovery: z.enum(['none', 'app']).optional(),
});

const deployment = z.object({
  at,
  url: text,
  embedded: z.boolean(),
  serverVersion: text.nullable(),
  nodes: z.array(text),
});

const event = z.object({
  at,
  event: text,
  identity: text.optional(),
  group: text.optional(),
  room: text.optional(),
  role: text.optional(),
  shard: count.optional(),
  phases: z
    .object({
      started: z.number(),
      signal: z.number(),
      ice: z.number(),
      dtls: z.number().optional(),
      joined: z.number(),
    })
    .optional(),
  attempt: count.optional(),
  ms: z.number().optional(),
  node: text.optional(),
  via: text.optional(),
  from: text.optional(),
  kind: text.optional(),
  source: text.optional(),
  serverVersion: text.optional(),
  reason: text.optional(),
  message: text.optional(),
  crossing: z.object({ threshold: text, metric: text, value: z.number() }).optional(),
  findings: z.array(text).optional(),
});

const bins = z.object({ bins: z.array(z.number()), zeros: count });
const counts = <const Name extends string>(...names: Name[]): Record<Name, typeof count> =>
  Object.fromEntries(names.map((name) => [name, count])) as Record<Name, typeof count>;

const series = z.object({
  labels: z.object({
    direction: z.enum(['up', 'down']),
    kind: z.enum(['audio', 'video', 'data']),
    group: text.optional(),
    role: text,
    codec: text,
  }),
  ...counts(
    'tracks',
    'packets',
    'bytes',
    'lostBeforeRecovery',
    'lost',
    'recovered',
    'duplicates',
    'outOfOrder',
  ),
  ...counts(
    'nacksSent',
    'nacksReceived',
    'plisSent',
    'plisReceived',
    'rtxPackets',
    'keyframes',
    'layerSwitches',
  ),
  ...counts('interruptions', 'interruptionMs', 'lateSends', 'sendErrors'),
  layers: z.record(text, count),
  latency: bins,
  jitter: bins,
  rtt: bins,
});

const sample = z.object({
  at,
  shard: count,
  intervalMs: z.number().positive(),
  joined: count,
  series: z.array(series),
  generator: z.object({
    ...counts(
      'cpuCores',
      'cpuSeconds',
      'residentBytes',
      'eventLoopLagMs',
      'tickLatenessMs',
      'lateSends',
      'sendErrors',
    ),
    ...counts('socketDrops', 'datagramsSent', 'datagramsReceived', 'lateJoins'),
    hostCpuShare: z.number().optional(),
  }),
});

const track = z.object({
  direction: z.enum(['up', 'down']),
  kind: z.enum(['audio', 'video', 'data']),
  codec: text,
  source: text.optional(),
  refused: z.boolean().optional(),
  from: text.optional(),
  sid: text.optional(),
  layer: text.optional(),
  ...counts(
    'packets',
    'bytes',
    'lostBeforeRecovery',
    'lost',
    'recovered',
    'duplicates',
    'outOfOrder',
    'nacks',
    'plis',
  ),
  ...counts(
    'rtxPackets',
    'interruptions',
    'interruptionMs',
    'longestInterruptionMs',
    'layerSwitches',
    'width',
    'height',
  ),
  jitterMs: figure,
  rttMs: figure,
  latencyP50Ms: figure,
  latencyP95Ms: figure,
  latencyMaxMs: figure,
  activeAtEnd: z.boolean(),
});

const participant = z.object({
  at,
  shard: count,
  identity: text,
  group: text.optional(),
  room: text,
  role: text,
  joinAtMs: z.number().optional(),
  leaveAtMs: z.number().optional(),
  outcome: z.enum(['left', 'join_failed', 'disconnected', 'worker_died']),
  reason: text.nullable(),
  joinMs: figure,
  resumes: count,
  reconnects: count,
  rejoins: count.optional(),
  sees: count.optional(),
  expects: z.object({ audio: count, video: count }),
  tracks: z.array(track),
});

const id = text.min(1);
const drill = z.discriminatedUnion('what', [
  z.object({ at, what: z.literal('steady') }),
  z.object({ at, what: z.literal('void'), message: text }),
  z.object({
    at,
    what: z.literal('fault'),
    id,
    fault: text,
    target: text,
    members: z.array(text),
    rooms: z.array(text),
    doneAt: z.number(),
  }),
  z.object({ at, what: z.literal('heal'), id, fault: text, doneAt: z.number() }),
  z.object({ at, what: z.literal('skipped'), fault: text, message: text }),
  z.object({
    at,
    what: z.literal('registry'),
    rooms: z.record(text, text).nullable(),
    nodes: z.record(text, z.enum(['serving', 'stale', 'shutting_down'])),
    ghosts: z.array(text),
  }),
  z.object({ at, what: z.literal('backends'), healthy: count, total: count }),
  z.object({
    at,
    what: z.literal('comeback'),
    member: text,
    successor: text,
    goneMs: count.nullable(),
    placedMs: count.nullable(),
    runningMs: count.nullable(),
    servingMs: count,
  }),
  z.object({
    at,
    what: z.literal('alert'),
    name: text,
    state: z.enum(['firing', 'resolved']),
    labels: z.record(text, text),
  }),
  z.object({ at, what: z.literal('aborted'), message: text }),
]);

const end = z.object({
  at,
  reason: z.enum(['finished', 'ended', 'interrupted', 'aborted', 'server_died', 'threshold']),
});

export const HEADER_SCHEMA = header;

/** By the type of the line. */
export const LINE_SCHEMAS = { deployment, event, sample, participant, drill, end } as const;

export type KnownType = keyof typeof LINE_SCHEMAS;

export const isKnownType = (type: unknown): type is KnownType =>
  typeof type === 'string' && Object.hasOwn(LINE_SCHEMAS, type);

/** Fails to compile when a run may write what a reader would refuse. */
type Fits<Whole extends Part, Part> = Whole;
export type CheckedHeader = Fits<HeaderLine, z.input<typeof header>>;
export type CheckedLines = [
  Fits<Extract<RecordLine, { type: 'deployment' }>, z.input<typeof deployment>>,
  Fits<Extract<RecordLine, { type: 'event' }>, z.input<typeof event>>,
  Fits<Extract<RecordLine, { type: 'sample' }>, z.input<typeof sample>>,
  Fits<Extract<RecordLine, { type: 'participant' }>, z.input<typeof participant>>,
  Fits<Extract<RecordLine, { type: 'drill' }>, z.input<typeof drill>>,
  Fits<Extract<RecordLine, { type: 'end' }>, z.input<typeof end>>,
];
