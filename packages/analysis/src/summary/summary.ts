import {
  aggregate,
  type MetricReader,
  type MetricValue,
  type Window,
} from '@livekit-swarm/metrics';
import type { EndLine, PlanFacts, ThresholdCrossing } from '@livekit-swarm/record';
import type { Kind, Scenario } from '@livekit-swarm/scenario';
import type { AffectedParticipant } from '../participants/severity.ts';
import type { RunNote } from './run-event.ts';

/** The results of a run: everything that reports show and verdicts use, derived from the record alone. Times in ms, shares from 0 to 1; null means not measured. */
export interface Summary {
  run: string;
  startedAt: string;
  scenario: Scenario;
  plan: PlanFacts;
  environment: Record<string, string | number>;
  workers: number;
  /** `null`: the record breaks off. */
  end: { at: number; reason: EndLine['reason'] } | null;
  deployment: DeploymentSummary | null;
  joins: JoinSummary;
  tracks: TrackSummary;
  traffic: TrafficRow[];
  /** Role by role, in the order of the scenario. Empty with a single role: the totals are the same. */
  roles: RoleTraffic[];
  /** Video tracks by height near the end of the run. */
  layers: Record<'up' | 'down', Record<string, number>>;
  recovery: RecoverySummary;
  /** Most affected first. */
  mostAffected: AffectedParticipant[];
  generator: GeneratorSummary;
  /** Events of the run itself and findings about its record, in order. */
  notes: RunNote[];
  metrics: MetricReader;
  /** The same of each window of the plan, in the order they begin, and of those that thresholds name. */
  windows: WindowMetrics[];
  /** The threshold that ended the run, with `abortOnFail`. */
  abortedBy: AbortingThreshold | null;
}

/** What was measured in one window. A rate per second is one of the window's own time. */
export interface WindowMetrics {
  window: Window;
  metrics: MetricReader;
}

export interface AbortingThreshold extends ThresholdCrossing {
  /** Milliseconds after the start. */
  at: number;
}

/** The summary of a run in progress. */
export type InterimSummary = Pick<Summary, 'metrics' | 'windows' | 'generator' | 'end'> & {
  joins: Omit<JoinSummary, 'phases'>;
  /** Participants that are connected now. */
  connected: number;
};

export interface DeploymentSummary {
  /** Without user, password and query. */
  url: string;
  embedded: boolean;
  serverVersion: string | null;
  nodes: string[];
}

export interface Percentiles {
  p50: number;
  p95: number;
  max: number;
}

export interface JoinSummary {
  planned: number;
  joined: number;
  failed: number;
  /** Joined, and were disconnected in the end. */
  disconnected: number;
  /** Left as planned before they could have joined: neither joined nor failed. */
  leftEarly: number;
  /** Without a result in the record. */
  unaccounted: number;
  retries: number;
  resumes: number;
  reconnects: number;
  /** Most frequent first. */
  failureReasons: FailureReason[];
  disconnectReasons: FailureReason[];
  /** From the scheduled join; see `JoinPhases`. */
  phases: Record<'started' | 'signal' | 'ice' | 'joined' | 'firstMedia', Percentiles | null>;
}

export interface FailureReason {
  reason: string;
  count: number;
  /** The message of one of them. */
  message: string | null;
}

export interface TrackSummary {
  expected: number;
  missing: number;
  received: number;
  stalled: number;
}

/** Media of one kind and direction, or data messages. */
export interface Traffic {
  kind: Kind | 'data';
  direction: 'up' | 'down';
  /** Messages, of data. */
  packets: number;
  /** Payload; of data only in totals, else 0. */
  bytes: number;
  /** In the steady state. */
  packetsPerSecond: number | null;
  bitsPerSecond: number | null;
  /** After recovery. */
  loss: number | null;
  lossBeforeRecovery: number | null;
  jitter: Percentiles | null;
  /** One way. */
  latency: Percentiles | null;
  rtt: Percentiles | null;
}

export interface TrafficRow extends Traffic {
  /** Most at one time. */
  tracks: number;
}

export interface RoleTraffic extends Traffic {
  group: string;
  role: string;
}

export interface RecoverySummary {
  nacksSent: number;
  nacksReceived: number;
  plisSent: number;
  plisReceived: number;
  rtxSent: number;
  rtxReceived: number;
  recovered: number;
  interruptions: number;
  interruptionMs: number;
  layerSwitches: number;
}

/** How many, and of how many it is a share. */
export interface Share {
  count: number;
  share: number | null;
}

export interface GeneratorSummary {
  workers: number;
  workersDied: number;
  samples: number;
  /** All workers together; the average of the steady state. */
  cpuCores: { avg: number; max: number } | null;
  cpuMicrosPerPacket: number | null;
  residentBytes: number | null;
  eventLoopLag: Percentiles | null;
  /** Samples in which the event loop lagged more than `LAGGING_MS`. */
  laggingSamples: Share;
  tickLateness: Percentiles | null;
  /** Threads of the media engine that did not run for two seconds or more; the most at one time. */
  stuckThreads: number;
  /** Samples in which a thread of the pump woke more than `TICK_LATE_MS` late. */
  lateTickSamples: Share;
  lateSends: Share;
  sendErrors: Share;
  socketDrops: Share;
  lateJoins: Share;
  /** Share of all cores of the host in use, all processes; and samples in which that was above `SATURATED`. */
  hostCpu: { avg: number; saturated: Share } | null;
}

/** The three figures of a trend that reports show; null when nothing was measured. */
export const percentilesOf = (value: MetricValue | undefined): Percentiles | null => {
  const p50 = aggregate(value, { type: 'p', percentile: 50 });
  const p95 = aggregate(value, { type: 'p', percentile: 95 });
  const max = aggregate(value, { type: 'max' });
  return p50 === undefined || p95 === undefined || max === undefined ? null : { p50, p95, max };
};
