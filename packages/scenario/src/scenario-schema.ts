import { z } from 'zod';
import type { Scenario } from './scenario.ts';

/** Milliseconds. */
const ms = () => z.number().min(0);
const count = () => z.number().min(0);

const stage = z.object({ name: z.string(), durationMs: ms(), target: z.number() });

const span = z
  .discriminatedUnion('distribution', [
    z.object({ distribution: z.literal('constant'), ms: ms() }),
    z.object({ distribution: z.literal('uniform'), minMs: ms(), maxMs: ms() }),
    z.object({ distribution: z.literal('exponential'), meanMs: ms() }),
    z.object({ distribution: z.literal('lognormal'), medianMs: ms(), sigma: z.number() }),
  ])
  .meta({ id: 'Span', description: 'A time that may be drawn by chance.' });

const executor = z
  .discriminatedUnion('type', [
    z.object({
      type: z.literal('constant-rooms'),
      rooms: count(),
      joinRate: z.number(),
      durationMs: ms(),
    }),
    z.object({ type: z.literal('ramping-rooms'), startRooms: count(), stages: z.array(stage) }),
    z.object({
      type: z.literal('constant-arrival-rate'),
      rate: z.number(),
      timeUnitMs: ms(),
      durationMs: ms(),
      roomDuration: span,
      maxRooms: count().nullable(),
    }),
    z.object({
      type: z.literal('ramping-arrival-rate'),
      startRate: z.number(),
      timeUnitMs: ms(),
      stages: z.array(stage),
      roomDuration: span,
      maxRooms: count().nullable(),
    }),
    z.object({
      type: z.literal('per-room-churn'),
      rooms: count(),
      joinRate: z.number(),
      durationMs: ms(),
      stay: span,
      pause: span,
    }),
    z.object({
      type: z.literal('timetable'),
      lessons: z.array(
        z.object({ name: z.string(), atMs: ms(), rooms: count(), fillMs: ms(), durationMs: ms() }),
      ),
    }),
  ])
  .meta({ id: 'Executor', description: 'How rooms come and go.' });

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
  z.object({ type: z.literal('grid'), tiles: count() }),
]);

const link = z
  .object({
    loss: z.number(),
    burst: z.number(),
    delayMs: ms(),
    jitterMs: ms(),
    reorder: z.number(),
    rateBps: z.number().nullable(),
    queueMs: ms(),
  })
  .meta({ id: 'Link', description: 'What a bad network does to packets, one way.' });

const role = z
  .object({
    name: z.string(),
    count: count().describe('Of them in each room.'),
    publish: z.array(track),
    data: z
      .object({ messagesPerSecond: z.number(), bytes: z.number(), reliable: z.boolean() })
      .nullable(),
    subscribe: z.boolean(),
    layout,
    grants: z.object({
      canPublish: z.boolean().exactOptional(),
      canPublishSources: z
        .array(z.enum(['camera', 'microphone', 'screen_share', 'screen_share_audio']))
        .exactOptional(),
      canPublishData: z.boolean().exactOptional(),
      canSubscribe: z.boolean().exactOptional(),
      canUpdateOwnMetadata: z.boolean().exactOptional(),
      hidden: z.boolean().exactOptional(),
      roomAdmin: z.boolean().exactOptional(),
      recorder: z.boolean().exactOptional(),
    }),
    network: z
      .object({ name: z.string(), impairment: z.object({ up: link, down: link }) })
      .nullable(),
    stays: z.boolean(),
  })
  .meta({ id: 'Role', description: 'Who is in a room, and what they do.' });

const group = z
  .object({
    name: z.string(),
    room: z.string().nullable(),
    roomPrefix: z.string(),
    startMs: ms(),
    gatherMs: ms(),
    executor,
    roles: z.array(role),
  })
  .meta({ id: 'Group', description: 'Rooms that are alike.' });

/**
 * A scenario as it ran, everything filled in, as headers of records and results hold it: not the language of scenario files, which leaves much to defaults. It
 * was checked for sense when it was run; keys that later versions add are let through.
 */
export const scenarioSchema = z
  .object({
    name: z.string(),
    description: z.string().nullable(),
    tags: z.record(z.string(), z.string()),
    seed: z.number(),
    groups: z.array(group),
    timeline: z.array(z.object({ name: z.string(), fromMs: ms(), toMs: ms().nullable() })),
    thresholds: z.array(z.string()),
  })
  .meta({
    id: 'Scenario',
    description: 'What was asked for, everything filled in; times in milliseconds.',
  }) satisfies z.ZodType<Scenario, Scenario>;
