/**
 * The run record: one JSON object per line (NDJSON), appended during the run, the only source of
 * all results: summary, JSON and verdict are derived from it. `at`: ms after the start of the run.
 */

import type { Plan } from '@livekit-swarm/scenario';
import { scenarioSchema } from '@livekit-swarm/scenario';
import { z } from 'zod';
import { drillSchema } from './drill-line.ts';
import { eventSchema } from './event-line.ts';
import { participantSchema } from './participant-line.ts';
import { sampleSchema } from './sample-line.ts';
import {
  serverAfterSchema,
  serverLogSchema,
  serverMissingSchema,
  serverSchema,
} from './server-line.ts';
import { serverProfileSchema } from './server-profile-line.ts';

export const RECORD_SCHEMA = 'livekit-swarm/record/1';

/** Window of the plan, see `Window`. */
export const windowSchema = z
  .object({
    name: z.string(),
    fromMs: z.number(),
    toMs: z.number(),
    source: z.enum(['builtin', 'stage', 'custom']),
    group: z.string().exactOptional().describe('Of a stage.'),
  })
  .meta({ id: 'Window', description: 'A named part of the run, milliseconds after its start.' });

/**
 * Facts about the plan that readers need. The record contains them, so that it keeps its meaning
 * when the expansion of scenarios changes.
 */
export const planFactsSchema = z.object({
  rooms: z.number(),
  participants: z.number(),
  droppedRooms: z.number().describe('Not opened because too many were open.'),
  windows: z.array(windowSchema),
  lastJoinAtMs: z.number(),
  endAtMs: z.number(),
});

export const headerSchema = z.object({
  type: z.literal('header'),
  schema: z.literal(RECORD_SCHEMA),
  /** Random id of the run; it is also part of room names. */
  run: z.string().min(1),
  /**
   * Start of the run, ISO 8601; `startedAtMs`: the same as Unix time, ms, the zero of every `at`.
   */
  startedAt: z.string(),
  startedAtMs: z.number(),
  scenario: scenarioSchema.extend({ groups: scenarioSchema.shape.groups.min(1) }),
  plan: planFactsSchema,
  /** Product version, Node version, kernel, CPUs, memory; never a secret. */
  environment: z.record(z.string(), z.union([z.string(), z.number()])),
  processes: z.number(),
  /** Reconnect policy; absent: `sdk`. */
  reconnectPolicy: z.enum(['none', 'app']).exactOptional(),
  /**
   * Number of participants that may be lost with their process or host without making the run
   * inconclusive; absent: 0.
   */
  toleratedLost: z.number().exactOptional(),
});

/** Host whose workers host participants, in a run on several hosts. */
const hostSchema = z.object({
  type: z.literal('host'),
  at: z.number(),
  /** Id of the agent, unique within the run, unlike the name of the host. */
  agent: z.string(),
  host: z.string(),
  /** Shards of the host's workers. */
  shards: z.array(z.number()),
  cores: z.number(),
  memoryBytes: z.number(),
  labels: z.record(z.string(), z.string()),
  /**
   * Unix time of the host's clock minus that of the run, ms; times of the record are corrected by
   * it.
   */
  clockOffsetMs: z.number(),
  /** Largest remaining error of the offset, ms. */
  clockUncertaintyMs: z.number(),
});

/** Offset between the clock of a host and the shared clock, read repeatedly during the run. */
const clockSchema = z.object({
  type: z.literal('clock'),
  at: z.number(),
  /** Agent in the line of the host. */
  agent: z.string(),
  /**
   * Correction from this host's clock to the shared clock, ms. From this line on, latency between
   * hosts includes it; other times do not.
   */
  correctionMs: z.number(),
  /** Largest error of the correction until the next reading, ms. */
  uncertaintyMs: z.number(),
  /**
   * Jump of one of the two clocks since the last reading, ms; not part of the correction. Absent:
   * none.
   */
  stepMs: z.number().exactOptional(),
});

/** Server that was started for a run, as `--server` states it. */
const startedServerSchema = z.object({
  /** Path of its program; null: the release of `serverVersion`. */
  program: z.string().nullable(),
  /** Files whose settings override those of an embedded server. */
  configFiles: z.array(z.string()),
  /** Limit of its CPU, cores; null: none. */
  cpuCores: z.number().nullable(),
  /** Limit of its memory, bytes; absent: none. */
  memoryBytes: z.number().exactOptional(),
});

const deploymentSchema = z.object({
  type: z.literal('deployment'),
  at: z.number(),
  url: z.string(),
  embedded: z.boolean(),
  serverVersion: z.string().nullable(),
  /** Absent: a plain release, or not started for the run. */
  server: startedServerSchema.exactOptional(),
  /** Ids of the nodes, as reported to participants that joined. */
  nodes: z.array(z.string()),
  /** No participant joins LiveKit: `url` is the server of the first WHIP or WHEP endpoint. */
  streams: z.literal(true).exactOptional(),
});

/**
 * Reason why a run ended. `stopped`: by its caller, such as a finished drill.
 * `no_participants_left`: none connected, none scheduled. `threshold_crossed`: a threshold with
 * `abortOnFail`. `server_died`: the server failed; `server_killed`: another program ended the
 * process of an embedded server.
 */
export const END_REASONS = [
  'completed',
  'stopped',
  'interrupted',
  'threshold_crossed',
  'no_participants_left',
  'server_died',
  'server_killed',
] as const;

export const endSchema = z.object({
  type: z.literal('end'),
  at: z.number(),
  reason: z.enum(END_REASONS),
});

/**
 * Schemas of all lines except the header, by type. Unknown fields are dropped: later versions may
 * add some.
 */
export const LINE_SCHEMAS = {
  deployment: deploymentSchema,
  host: hostSchema,
  clock: clockSchema,
  event: eventSchema,
  sample: sampleSchema,
  server: serverSchema,
  server_missing: serverMissingSchema,
  participant: participantSchema,
  drill: drillSchema,
  server_after: serverAfterSchema,
  server_log: serverLogSchema,
  server_profile: serverProfileSchema,
  end: endSchema,
} as const;

export type PlanFacts = z.infer<typeof planFactsSchema>;
export type HeaderLine = z.infer<typeof headerSchema>;
export type StartedServer = z.infer<typeof startedServerSchema>;
export type DeploymentLine = z.infer<typeof deploymentSchema>;
export type HostLine = z.infer<typeof hostSchema>;
export type ClockLine = z.infer<typeof clockSchema>;
export type EndLine = z.infer<typeof endSchema>;
export type RecordLine = HeaderLine | z.infer<(typeof LINE_SCHEMAS)[keyof typeof LINE_SCHEMAS]>;

/** Facts of a plan that the header contains. */
export const planFactsOf = (plan: Plan): PlanFacts => ({
  rooms: new Set(plan.participants.map(({ room }) => room)).size,
  participants: plan.participants.length,
  droppedRooms: plan.droppedRooms,
  windows: plan.windows,
  lastJoinAtMs: plan.lastJoinAtMs,
  endAtMs: plan.endAtMs,
});
