import { emptyBins } from '@livekit-swarm/metrics';
import { z } from 'zod';
import { fill, SERIES_COUNTERS } from './counters.ts';

const count = z.number();
const bins = z.object({ bins: z.array(z.number()), zeros: count });

const labels = z.object({
  direction: z.enum(['up', 'down']),
  kind: z.enum(['audio', 'video', 'data']),
  group: z.string(),
  role: z.string(),
  codec: z.string(),
});

/** What a group of tracks did since the last sample of the shard: counters are differences, they add up over shards and time. */
const series = z.object({
  labels,
  ...fill(SERIES_COUNTERS, count),
  /** Tracks by height, video only: `{ "360": 12 }`. */
  layers: z.record(z.string(), count),
  latency: bins,
  jitter: bins,
  rtt: bins,
});

/** How threads of a process got the cores they asked for, in this interval. Linux only. */
const scheduling = z.object({
  /** Time on a core, ms, all threads together. */
  runMs: count,
  /** Time in which they were ready to run and waited for a core, ms, all threads together. */
  waitMs: count,
  /** The same of the thread that waited longest. */
  longestWaitMs: count,
});

/** Health of the load generator: of one worker process in this interval. */
const generator = z.object({
  /** Cores used by the process, all threads. */
  cpuCores: count,
  /** CPU seconds since the process started. */
  cpuSeconds: count,
  residentBytes: count,
  /** Event-loop delay, ms, p99 of the interval. */
  eventLoopLagMs: count,
  /** Highest lateness of a pump thread, ms. */
  tickLatenessMs: count,
  /** Pump threads that did not run for two seconds or more; what they host is missing from the series. */
  stuckThreads: count,
  lateSends: count,
  sendErrors: count,
  socketDrops: count,
  datagramsSent: count,
  datagramsReceived: count,
  /** Joins that started more than a second after their scheduled time. */
  lateJoins: count,
  /** Share of all cores of the host in use by all processes, 0 … 1; one worker reports it. */
  hostCpuShare: count.exactOptional(),
  /** Of the event loop and the pump threads. */
  scheduling: scheduling.exactOptional(),
  /** Of an embedded server; the coordinator reports it. */
  serverScheduling: scheduling.exactOptional(),
  /** For how long some task of the host waited for a core (pressure stall information), ms; the coordinator reports it. */
  stalledMs: count.exactOptional(),
  /** For how long a CPU quota stopped the control group of the coordinator, ms. */
  throttledMs: count.exactOptional(),
});

export const sampleSchema = z.object({
  type: z.literal('sample'),
  at: z.number(),
  /** Or `COORDINATOR_SHARD`. */
  shard: count,
  /** Length of the interval, ms. */
  intervalMs: z.number().positive(),
  /** Participants of the shard that are connected. */
  connected: count,
  series: z.array(series),
  generator,
});

export type SeriesLabels = z.infer<typeof labels>;
export type SeriesSample = z.infer<typeof series>;
export type GeneratorSample = z.infer<typeof generator>;
export type Scheduling = z.infer<typeof scheduling>;
export type SampleLine = z.infer<typeof sampleSchema>;

/** The coordinator hosts no participants, but its cost belongs to the load generator: its samples have no series, only CPU and memory count. */
export const COORDINATOR_SHARD = -1;

/** A group of tracks without any activity. */
export const emptySeries = (of: SeriesLabels): SeriesSample => ({
  labels: of,
  ...fill(SERIES_COUNTERS, 0),
  layers: {},
  latency: emptyBins(),
  jitter: emptyBins(),
  rtt: emptyBins(),
});
