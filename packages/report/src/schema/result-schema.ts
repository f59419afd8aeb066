import { END_REASONS } from '@livekit-swarm/record';
import { scenarioSchema } from '@livekit-swarm/scenario';
import { EXIT_CODES } from '@livekit-swarm/settings';
import { z } from 'zod';
import { comparisonSchema } from '../comparison/comparison-schema.ts';
import { RESULT_SCHEMA, RESULTS_SCHEMA } from '../report-input.ts';
import { abortingThreshold, healthFinding, reason, runNote } from './facts-schema.ts';

const known = (description: string) =>
  z.number().nullable().describe(`${description} Null: not measured.`);
const count = () => z.number();

const verdict = z.enum(['passed', 'failed', 'inconclusive']).meta({ id: 'Verdict' });
const exitCode = z.literal(Object.values(EXIT_CODES).map(({ code }) => code)).meta({
  id: 'ExitCode',
  description: Object.values(EXIT_CODES)
    .map(({ code, meaning }) => `${code}: ${meaning}`)
    .join('; '),
});

const percentiles = z
  .object({ p50: z.number(), p95: z.number(), max: z.number() })
  .nullable()
  .meta({ id: 'Percentiles', description: 'Milliseconds; null: not measured.' });
const share = z
  .object({ count: count(), share: known('From 0 to 1.') })
  .meta({ id: 'Share', description: 'How many, and their share of all.' });
const metrics = z.record(z.string(), z.number()).meta({
  id: 'Metrics',
  description:
    'By metric and aggregation: join_time.p95, packet_loss.rate, nacks_sent.count. What was not measured is absent.',
});

const window = z
  .object({
    name: z.string(),
    fromMs: z.number(),
    toMs: z.number(),
    source: z.enum(['builtin', 'stage', 'custom']),
    group: z.string().exactOptional().describe('Of a stage.'),
  })
  .meta({ id: 'Window', description: 'A named part of the run, milliseconds after its start.' });

const threshold = z
  .object({
    metric: z.string().describe('With its selector and window: media_latency{kind:audio}@peak.'),
    expression: z.string().describe('p(95)<200'),
    window: z.string().nullable().describe('The part of the run that was judged; null: all of it.'),
    value: known('In the unit of the metric.'),
    ok: z
      .boolean()
      .nullable()
      .describe(
        'Whether it was met. Null: nothing was measured, so it was neither met nor crossed.',
      ),
    source: z.enum(['default', 'user']),
  })
  .meta({ id: 'Threshold' });

const reasons = z.array(
  z.object({ reason: z.string(), count: count(), message: z.string().nullable() }),
);

const joins = z.object({
  planned: count(),
  joined: count(),
  failed: count(),
  disconnected: count().describe('Joined, and were disconnected in the end.'),
  leftEarly: count().describe(
    'Left as planned before they could have joined: neither joined nor failed.',
  ),
  unaccounted: count().describe('Without a result in the record.'),
  retries: count(),
  resumes: count(),
  reconnects: count(),
  failureReasons: reasons,
  disconnectReasons: reasons,
  phases: z
    .object({
      started: percentiles,
      signal: percentiles,
      ice: percentiles,
      joined: percentiles,
      firstMedia: percentiles,
    })
    .describe('From the scheduled join.'),
});

const traffic = z.object({
  kind: z.enum(['audio', 'video', 'data']),
  direction: z.enum(['up', 'down']),
  packets: count().describe('Messages, of data.'),
  bytes: count().describe('Payload; of data messages only in totals.'),
  packetsPerSecond: known('While all participants were connected.'),
  bitsPerSecond: known('While all participants were connected.'),
  loss: known('After recovery, from 0 to 1.'),
  lossBeforeRecovery: known('From 0 to 1.'),
  jitter: percentiles,
  latency: percentiles,
  rtt: percentiles,
});
const trafficRow = traffic
  .extend({ tracks: count().describe('Most at one time.') })
  .meta({ id: 'Traffic', description: 'Media of one kind and direction.' });
const roleTraffic = traffic
  .extend({ group: z.string(), role: z.string() })
  .meta({ id: 'RoleTraffic', description: 'Media of one role, kind and direction.' });

const layers = z.record(z.string(), z.number());

const recovery = z.object({
  nacksSent: count(),
  nacksReceived: count(),
  plisSent: count(),
  plisReceived: count(),
  rtxSent: count(),
  rtxReceived: count(),
  recovered: count(),
  interruptions: count(),
  interruptionMs: z.number(),
  layerSwitches: count(),
});

const affected = z.object({
  identity: z.string(),
  room: z.string(),
  role: z.string(),
  outcome: z.enum(['left', 'join_failed', 'disconnected', 'worker_died']).nullable(),
  reason: z.string().nullable(),
  scheduledAt: z.number().describe('When its join was scheduled, ms after the start.'),
  missing: count(),
  stalled: count(),
  loss: known('From 0 to 1.'),
  jitterMs: known('Milliseconds.'),
  latencyP95Ms: known('Milliseconds.'),
  longestInterruptionMs: z.number(),
  reconnects: count(),
});

const generator = z
  .object({
    workers: count(),
    workersDied: count(),
    samples: count().describe('One per worker and second.'),
    cpuCores: z
      .object({ avg: z.number(), max: z.number() })
      .nullable()
      .describe('Cores, all workers together.'),
    cpuMicrosPerPacket: known('Microseconds of CPU time.'),
    residentBytes: known('Memory of all workers.'),
    eventLoopLag: percentiles,
    laggingSamples: share.describe('Samples in which the event loop lagged too much.'),
    tickLateness: percentiles,
    stuckThreads: count().describe(
      'Threads of the media engine that did not run for two seconds or more, at one time.',
    ),
    lateTickSamples: share.describe('Samples in which a pump thread woke too late.'),
    lateSends: share,
    sendErrors: share,
    socketDrops: share,
    lateJoins: share,
    hostCpu: z
      .object({
        avg: z.number().describe('Share of all cores in use by all processes, from 0 to 1.'),
        saturated: share.describe('Samples in which all cores were in use.'),
      })
      .nullable()
      .describe('Null: not measured.'),
    findings: z
      .array(healthFinding)
      .describe('Empty for a healthy generator; with any of them the run is inconclusive.'),
  })
  .describe('Load generator health.');

/** One run. */
export const resultSchema = z
  .object({
    schema: z.literal(RESULT_SCHEMA),
    verdict,
    exitCode,
    reasons: z
      .array(reason)
      .describe(
        'Why the verdict is what it is, most important first; empty when all thresholds were met.',
      ),
    thresholds: z.array(threshold),
    metrics,
    windows: z
      .array(window.extend({ metrics }))
      .describe('The same figures of each window of the run.'),
    generator,
    deployment: z
      .object({
        url: z.string(),
        embedded: z.boolean(),
        serverVersion: z.string().nullable(),
        nodes: z.array(z.string()),
      })
      .nullable(),
    joins,
    tracks: z.object({ expected: count(), missing: count(), received: count(), stalled: count() }),
    media: z.array(trafficRow),
    roles: z.array(roleTraffic).describe('Media of each role; empty with a single role.'),
    layers: z
      .object({ up: layers, down: layers })
      .describe('Video tracks by height near the end of the run.'),
    lossRecovery: recovery,
    mostAffected: z.array(affected).describe('Most affected participants, most affected first.'),
    notes: z.array(runNote).describe('Events of the run itself, and findings in its record.'),
    run: z.string().describe('Random, also part of the names of the rooms.'),
    startedAt: z.iso.datetime(),
    end: z
      .object({
        at: z.number(),
        reason: z.enum(END_REASONS),
      })
      .nullable()
      .describe('Null: the record is truncated.'),
    abortedBy: abortingThreshold
      .nullable()
      .describe('The threshold with abortOnFail that ended the run.'),
    plan: z
      .object({
        rooms: count(),
        participants: count(),
        droppedRooms: count().describe('Not opened because too many were open.'),
        lastJoinAtMs: z.number(),
        endAtMs: z.number(),
      })
      .describe('What was planned.'),
    scenario: scenarioSchema,
    environment: z.record(z.string(), z.union([z.string(), z.number()])),
    record: z.string().nullable(),
    comparison: comparisonSchema.optional().describe('With the baseline; absent without one.'),
  })
  .meta({ id: 'Result', description: 'A run and its result.' });

/** A run that did not start. */
export const noResultSchema = z
  .object({
    schema: z.literal(RESULT_SCHEMA),
    verdict,
    exitCode,
    reasons: z.array(z.object({ code: z.string(), text: z.string() })),
    thresholds: z.array(z.never()),
    metrics,
    scenario: z.object({ name: z.string() }),
    error: z.object({ code: z.string(), message: z.string(), hint: z.string().nullable() }),
  })
  .meta({ id: 'NoResult', description: 'A run that did not start, and why.' });

const one = z.union([resultSchema, noResultSchema]);

/** What `--json` prints: one run, or several runs of one command. */
export const outputSchema = z
  .union([
    ...one.options,
    z.object({ schema: z.literal(RESULTS_SCHEMA), verdict, exitCode, runs: z.array(one) }).meta({
      id: 'Results',
      description: 'Several runs of one command, in the order they were made.',
    }),
  ])
  .meta({
    title: 'livekit-swarm result',
    description:
      'What `swarm … --json` prints. Times in milliseconds unless stated otherwise, shares from 0 to 1. Fields may be added under the same version.',
  });

export type Result = z.infer<typeof resultSchema>;
export type NoResult = z.infer<typeof noResultSchema>;

/** The JSON Schema that is published: it takes fields that later versions add. */
export const resultJsonSchema = (): object => z.toJSONSchema(outputSchema, { io: 'input' });

/** The same without room for anything that is not described, for tests of this version. */
export const strictResultJsonSchema = (): object => z.toJSONSchema(outputSchema, { io: 'output' });
