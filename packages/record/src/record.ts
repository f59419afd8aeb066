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
  event: eventSchema,
  sample: sampleSchema,
  participant: participantSchema,
  drill: drillSchema,
  end: endSchema,
} as const;

export type PlanFacts = z.infer<typeof planFactsSchema>;
export type HeaderLine = z.infer<typeof headerSchema>;
export type DeploymentLine = z.infer<typeof deploymentSchema>;
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
