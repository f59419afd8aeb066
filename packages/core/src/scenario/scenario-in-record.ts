import { z } from 'zod';
import type { Scenario } from './scenario.ts';

/*
 * A scenario as the header of a record has it: read again by whoever judges and shows it, so that everything must be there that they look at. It was checked
 * for sense when it was run; what later versions add is let through.
 */
const ms = z.number();
const count = z.number();

const span = z.discriminatedUnion('distribution', [
  z.object({ distribution: z.literal('constant'), ms }),
  z.object({ distribution: z.literal('uniform'), minMs: ms, maxMs: ms }),
  z.object({ distribution: z.literal('exponential'), meanMs: ms }),
  z.object({ distribution: z.literal('lognormal'), medianMs: ms, sigma: z.number() }),
]);

const stages = z.array(z.object({ name: z.string(), durationMs: ms, target: z.number() }));
const maxRooms = count.nullable();

const executor = z.discriminatedUnion('type', [
  z.object({ type: z.literal('constant-rooms'), rooms: count, joinRate: z.number(), durationMs: ms }),
  z.object({ type: z.literal('ramping-rooms'), startRooms: count, stages }),
  z.object({
    type: z.literal('constant-arrival-rate'),
    rate: z.number(),
    timeUnitMs: ms,
    durationMs: ms,
    roomDuration: span,
    maxRooms,
  }),
  z.object({
    type: z.literal('ramping-arrival-rate'),
    startRate: z.number(),
    timeUnitMs: ms,
    stages,
    roomDuration: span,
    maxRooms,
  }),
  z.object({
    type: z.literal('per-room-churn'),
    rooms: count,
    joinRate: z.number(),
    durationMs: ms,
    stay: span,
    pause: span,
  }),
  z.object({
    type: z.literal('timetable'),
    lessons: z.array(z.object({ name: z.string(), atMs: ms, rooms: count, fillMs: ms, durationMs: ms })),
  }),
]);

const track = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('audio') }),
  z.object({
    kind: z.literal('video'),
    source: z.enum(['camera', 'screen']),
    codec: z.enum(['vp8', 'h264']),
    resolution: z.enum(['180p', '360p', '540p', '720p', '1080p']),
    simulcast: z.boolean(),
  }),
]);

const layout = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['all', 'speaker', 'audio-only', 'none']) }),
  z.object({ type: z.literal('grid'), tiles: count }),
]);

const link = z.object({
  loss: z.number(),
  burst: z.number(),
  delayMs: ms,
  jitterMs: ms,
  reorder: z.number(),
  rateBps: z.number().nullable(),
  queueMs: ms,
});

const role = z.object({
  name: z.string(),
  count,
  publish: z.array(track),
  data: z.object({ messagesPerSecond: z.number(), bytes: count, reliable: z.boolean() }).nullable(),
  subscribe: z.boolean(),
  layout,
  grants: z.object({
    canPublish: z.boolean().optional(),
    canPublishSources: z.array(z.string()).optional(),
    canPublishData: z.boolean().optional(),
    canSubscribe: z.boolean().optional(),
    canUpdateOwnMetadata: z.boolean().optional(),
    hidden: z.boolean().optional(),
    roomAdmin: z.boolean().optional(),
    recorder: z.boolean().optional(),
  }),
  network: z.object({ name: z.string(), impairment: z.object({ up: link, down: link }) }).nullable(),
  stays: z.boolean(),
});

const group = z.object({
  name: z.string(),
  room: z.string().nullable(),
  roomPrefix: z.string(),
  startMs: ms,
  gatherMs: ms,
  executor,
  roles: z.array(role),
});

/** What every `Scenario` fits, and what fits it can be used as one. */
export const scenarioInRecord = z.object({
  name: z.string(),
  description: z.string().nullable(),
  tags: z.record(z.string(), z.string()),
  seed: z.number(),
  groups: z.array(group).min(1),
  timeline: z.array(z.object({ name: z.string(), fromMs: ms, toMs: ms.nullable() })),
  thresholds: z.array(z.string()),
});

/** Fails to compile when a scenario may hold what the schema refuses. */
type Fits<Whole extends Part, Part> = Whole;
export type CheckedScenario = Fits<Scenario, z.input<typeof scenarioInRecord>>;
