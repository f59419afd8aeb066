import type { MetricReader, Window } from '@livekit-swarm/metrics';
import { crossingSchema, type EndLine, type PlanFacts } from '@livekit-swarm/record';
import type { Scenario } from '@livekit-swarm/scenario';
import { z } from 'zod';
import { affectedParticipant } from '../participants/severity.ts';
import type { HealthCode } from '../verdict/health-finding.ts';
import { clientSummary } from './fold-clients.ts';
import { pathSummary } from './fold-paths.ts';
import { percentiles } from './percentiles.ts';
import type { RunNote } from './run-event.ts';
import { serverSummary } from './server-summary.ts';

const count = () => z.number();
const known = (description: string) =>
  z.number().nullable().describe(`${description} Null: not measured.`);

const share = z
  .object({ count: count(), share: known('From 0 to 1.') })
  .meta({ id: 'Share', description: 'How many, and their share of all.' });

const deployment = z.object({
  url: z.string().describe('Without user, password and query.'),
  embedded: z.boolean(),
  serverVersion: z.string().nullable(),
  server: z
    .object({
      program: z.string().nullable().describe('Path. Null: the release of this version.'),
      configFiles: z.array(z.string()),
      cpuCores: z.number().nullable().describe('Limit of its CPU. Null: none.'),
      memoryBytes: z.number().exactOptional().describe('Limit of its memory. Absent: none.'),
    })
    .exactOptional()
    .describe('As --server states it. Absent: a plain release, or not started for the run.'),
  streams: z
    .literal(true)
    .exactOptional()
    .describe(
      'Present where all participants were streams: `url` is the server of their endpoints.',
    ),
  nodes: z.array(z.string()),
});

export const failureReason = z.object({
  reason: z.string(),
  count: count(),
  message: z.string().nullable().describe('Of one of them.'),
  hint: z
    .string()
    .nullable()
    .describe('What to do next, such as the setting that causes it. Null: not known.'),
});

const joins = z.object({
  planned: count(),
  joined: count(),
  failed: count(),
  disconnected: count().describe('Joined, and were disconnected in the end.'),
  leftEarly: count().describe(
    'Left as planned before they could have joined: neither joined nor failed.',
  ),
  lostEarly: count().describe(
    'Lost with their process or host before they joined, within what the run tolerates: neither joined nor failed.',
  ),
  unaccounted: count().describe('Without a result in the record.'),
  retries: count(),
  resumes: count(),
  reconnects: count(),
  failureReasons: z.array(failureReason).describe('Most frequent first.'),
  disconnectReasons: z.array(failureReason),
  phases: z
    .object({
      started: percentiles,
      signal: percentiles,
      ice: percentiles,
      joined: percentiles,
      firstMedia: percentiles,
    })
    .describe('From the scheduled join.'),
  turnAllocation: percentiles.describe(
    'Of relayed participants: from the first packet to the TURN server until the allocation was there.',
  ),
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
  latency: percentiles.describe('One way.'),
  latencyUncertaintyMs: z
    .number()
    .describe('By how much latency between hosts may be wrong; 0: it is of one clock.'),
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

const generator = z.object({
  processes: count(),
  processesDied: count(),
  samples: count().describe('One per process and second.'),
  missingSamples: z
    .object({ shard: z.number(), share: z.number().describe('From 0 to 1.') })
    .nullable()
    .describe(
      'Of the process that lacks most: the part of the time with participants that no sample covers. Null: not known yet, or of one host among several.',
    ),
  cpuCores: z
    .object({ avg: z.number().describe('Of the steady state.'), max: z.number() })
    .nullable()
    .describe('Cores, all worker processes together.'),
  cpuMicrosPerPacket: known('Microseconds of CPU time.'),
  residentBytes: known('Memory of all worker processes.'),
  eventLoopLag: percentiles,
  laggingSamples: share.describe('Samples in which the event loop lagged too much.'),
  tickLateness: percentiles,
  stuckThreads: count().describe(
    'Threads of the media engine that did not run for two seconds or more, at one time.',
  ),
  pauses: z
    .object({
      count: count().describe('Longer than a healthy process pauses.'),
      longestMs: z.number(),
      shard: z.number().describe('Of the longest; -1: the coordinator.'),
    })
    .nullable()
    .describe('Processes that did not run for a second or more. Null: none.'),
  suspendedMs: z.number().describe('How long the host was suspended.'),
  clockStepMs: z
    .number()
    .describe('The largest step of the wall clock, negative backwards. 0: it was not set.'),
  starvedSamples: z
    .object({ generator: share, server: share })
    .describe('Samples in which a process had work and waited for a core for most of the time.'),
  delayedSamples: share.describe(
    'Samples in which a thread of the load generator or an embedded server waited for a core noticeably. Null share: not measured.',
  ),
  lateTickSamples: share.describe('Samples in which a pump thread woke too late.'),
  lateSends: share,
  unsentPackets: share.describe(
    'Packets that may have been skipped as they were too late, at most.',
  ),
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
  ownCoresWhileBusy: known(
    'Cores that all processes of the run on this host used while it was busy, an embedded server included.',
  ),
  otherPrograms: z
    .array(z.object({ name: z.string(), cores: z.number() }))
    .describe('Other programs that used most of this host while it was busy, at most three.'),
});

const lost = z
  .object({
    participants: count(),
    tolerated: count().describe('How many the run tolerates.'),
  })
  .nullable()
  .describe(
    'Participants that were lost with their process or host and count nowhere, as the run tolerates that. Null: none.',
  );

const host = z
  .object({
    agent: z.string().describe('Unique within the run, unlike the name of the host.'),
    host: z.string(),
    shards: z.array(z.number()),
    participants: count().describe('Those with a result.'),
    cores: count(),
    labels: z.record(z.string(), z.string()),
    clock: z.object({
      offsetMs: z
        .number()
        .describe('Its clock minus that of the run when it began, milliseconds; corrected.'),
      uncertaintyMs: z
        .number()
        .describe('By how much the correction may be wrong; the most at any time of the run.'),
      driftMs: z.number().describe('The largest change of the offset during the run.'),
      stepMs: z.number().describe('Jumps of one of the two clocks, added up; 0: none.'),
    }),
    startSkewMs: known(
      'How far it may have begun from the start of the run, at most: lateness of its last process, and uncertainty of its clock.',
    ),
    impairedMs: z
      .number()
      .describe('For how long its load generator was impaired, or its effects may have shown.'),
    lost: z.string().nullable().describe('Why its participants have no result. Null: they have.'),
    generator,
  })
  .meta({
    id: 'Host',
    description: 'A host of a run on several, and its part of the load generator.',
  });

/** Fields that a summary and the JSON result share. */
export const SUMMARY_SHAPE = {
  deployment: deployment.nullable(),
  joins,
  tracks: z.object({ expected: count(), missing: count(), received: count(), stalled: count() }),
  traffic: z.array(trafficRow),
  roles: z
    .array(roleTraffic)
    .describe('Media of each role in the order of the scenario; empty with a single role.'),
  paths: z.array(pathSummary).describe('Participants by path; empty where all of them use direct.'),
  clients: z
    .array(clientSummary)
    .describe('What real clients saw, by role; empty when there were none.'),
  layers: z
    .object({ up: layers, down: layers })
    .describe('Video tracks by height near the end of the run.'),
  recovery,
  mostAffected: z
    .array(affectedParticipant)
    .describe('Most affected participants, most affected first.'),
  generator,
  lost,
  hosts: z.array(host).describe('Of a run on several hosts; empty when it ran on one.'),
  server: serverSummary,
} as const;

export type Share = z.infer<typeof share>;
export type DeploymentSummary = z.infer<typeof deployment>;
export type JoinSummary = z.infer<typeof joins>;
export type FailureReason = z.infer<typeof failureReason>;
export type Traffic = z.infer<typeof traffic>;
export type TrafficRow = z.infer<typeof trafficRow>;
export type RoleTraffic = z.infer<typeof roleTraffic>;
export type RecoverySummary = z.infer<typeof recovery>;
export type HostSummary = z.infer<typeof host>;
export type LostSummary = z.infer<typeof lost>;
export type GeneratorSummary = z.infer<typeof generator>;

/**
 * Results of a run, derived from the record alone: everything that reports show and verdicts use.
 * Times are in ms, shares from 0 to 1; null: not measured.
 */
export interface Summary extends z.infer<z.ZodObject<typeof SUMMARY_SHAPE>> {
  run: string;
  startedAt: string;
  scenario: Scenario;
  plan: PlanFacts;
  environment: Record<string, string | number>;
  processes: number;
  /** End of the run; null: the record is truncated. */
  end: { at: number; reason: EndLine['reason'] } | null;
  /** Events of the run itself and findings about its record, in order. */
  notes: RunNote[];
  metrics: MetricReader;
  /**
   * Metrics of the times in which the load generator was healthy, which it cannot have distorted.
   */
  clean: MetricReader;
  impaired: ImpairedSummary;
  /**
   * Metrics of each window of the plan, in the order of their beginnings, and of the windows that
   * thresholds name.
   */
  windows: WindowMetrics[];
  /**
   * Spikes of arrivals of a run on several hosts for which a host may have been too early or too
   * late.
   */
  skewedSpikes: SkewedSpike[];
  /** Threshold with `abortOnFail` that ended the run. */
  abortedBy: AbortingThreshold | null;
}

/** Spike of simultaneous arrivals for which one host may have been too early or too late. */
export interface SkewedSpike {
  /** Start of the spike, ms after the start of the run. */
  atMs: number;
  host: string;
  skewMs: number;
}

/** Metrics of one window; rates are per second of the window. */
export interface WindowMetrics {
  window: Window;
  metrics: MetricReader;
  /** Metrics of the times in which the load generator was healthy. */
  clean: MetricReader;
}

/**
 * Part of a run in which the load generator was impaired, or the server may have reacted to that.
 */
export interface ImpairedSummary {
  ms: number;
  totalMs: number;
  codes: HealthCode[];
}

export const abortingThreshold = z.object({
  at: z.number().describe('Milliseconds after the start of the run.'),
  ...crossingSchema.shape,
});

export type AbortingThreshold = z.infer<typeof abortingThreshold>;

/** Summary of a run in progress. */
export type InterimSummary = Pick<
  Summary,
  | 'metrics'
  | 'clean'
  | 'impaired'
  | 'windows'
  | 'generator'
  | 'hosts'
  | 'skewedSpikes'
  | 'lost'
  | 'end'
> & {
  joins: Omit<JoinSummary, 'phases' | 'turnAllocation'>;
  /** Number of participants that are connected now. */
  connected: number;
};
