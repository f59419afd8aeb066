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
import { serverAfterSchema, serverMissingSchema, serverSchema } from './server-line.ts';

export const RECORD_SCHEMA = 'livekit-swarm/record/1';

/** A window of the plan: see `Window`. */
export const windowSchema = z
  .object({
    name: z.string(),
    fromMs: z.number(),
    toMs: z.number(),
    source: z.enum(['builtin', 'stage', 'custom']),
    group: z.string().exactOptional().describe('Of a stage.'),
  })
  .meta({ id: 'Window', description: 'A named part of the run, milliseconds after its start.' });

/** What a reader needs of the plan, so that records keep their meaning when the expansion of scenarios changes. */
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
  /** Random, also part of room names. */
  run: z.string().min(1),
  /** ISO 8601, and the same as Unix milliseconds: the zero of every `at`. */
  startedAt: z.string(),
  startedAtMs: z.number(),
  scenario: scenarioSchema.extend({ groups: scenarioSchema.shape.groups.min(1) }),
  plan: planFactsSchema,
  /** Product version, Node version, kernel, CPUs, memory. Never a secret. */
  environment: z.record(z.string(), z.union([z.string(), z.number()])),
  workers: z.number(),
  /** Absent: that of the SDKs. */
  reconnectPolicy: z.enum(['none', 'app']).exactOptional(),
  /** How many participants may be lost with their worker or host without making the run inconclusive. Absent: none. */
  toleratedLost: z.number().exactOptional(),
});

/** A host whose workers host participants, in a run on several hosts. */
const hostSchema = z.object({
  type: z.literal('host'),
  at: z.number(),
  /** Unique within the run, unlike the name of the host. */
  agent: z.string(),
  host: z.string(),
  /** Of its workers. */
  shards: z.array(z.number()),
  cores: z.number(),
  memoryBytes: z.number(),
  labels: z.record(z.string(), z.string()),
  /** Unix time as the host's clock shows it minus that of the run, ms; corrected. */
  clockOffsetMs: z.number(),
  /** By how much the offset may be wrong, at most, ms: this is left. */
  clockUncertaintyMs: z.number(),
});

/** How the clock of a host compares with the one that the hosts of a run share: read again while the run lasts. */
const clockSchema = z.object({
  type: z.literal('clock'),
  at: z.number(),
  /** Of its host line. */
  agent: z.string(),
  /** What times of this host lack to the shared clock, ms. From here on latency between hosts contains it; other times do not. */
  correctionMs: z.number(),
  /** By how much the correction may be wrong until the next reading, ms. */
  uncertaintyMs: z.number(),
  /** One of the two clocks jumped by this much since the last reading, ms; not part of the correction. */
  stepMs: z.number().exactOptional(),
});

const deploymentSchema = z.object({
  type: z.literal('deployment'),
  at: z.number(),
  url: z.string(),
  embedded: z.boolean(),
  serverVersion: z.string().nullable(),
  /** Node ids, as reported to participants that joined. */
  nodes: z.array(z.string()),
});

/**
 * Why a run ended. `stopped`: by its caller, e.g. when a drill is over. `no_participants_left`: none
 * connected, and none scheduled. `threshold_crossed`: one with `abortOnFail`. `server_died`: by a failure of
 * its own; `server_killed`: something else ended the process of an embedded server.
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

/** All lines but the header, by their type. Unknown fields are dropped: later versions may add some. */
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
  end: endSchema,
} as const;

export type PlanFacts = z.infer<typeof planFactsSchema>;
export type HeaderLine = z.infer<typeof headerSchema>;
export type DeploymentLine = z.infer<typeof deploymentSchema>;
export type HostLine = z.infer<typeof hostSchema>;
export type ClockLine = z.infer<typeof clockSchema>;
export type EndLine = z.infer<typeof endSchema>;
export type RecordLine = HeaderLine | z.infer<(typeof LINE_SCHEMAS)[keyof typeof LINE_SCHEMAS]>;

/** What the header keeps of a plan. */
export const planFactsOf = (plan: Plan): PlanFacts => ({
  rooms: new Set(plan.participants.map(({ room }) => room)).size,
  participants: plan.participants.length,
  droppedRooms: plan.droppedRooms,
  windows: plan.windows,
  lastJoinAtMs: plan.lastJoinAtMs,
  endAtMs: plan.endAtMs,
});
