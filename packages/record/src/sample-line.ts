import { emptyBins } from '@livekit-swarm/metrics';
import { z } from 'zod';
import { adaptationSample } from './adaptation.ts';
import { clientEngineName } from './client-engine.ts';
import { fill, SERIES_COUNTERS } from './counters.ts';
import { dataQueueSample } from './data-queue.ts';
import { dataStreamsSample } from './data-streams.ts';
import { dataTracksSample } from './data-tracks.ts';
import { decryptionSchema } from './decryption.ts';
import { playoutSample } from './playout.ts';
import { rpcSample } from './rpc.ts';
import { sketchBins } from './sketch-bins.ts';
import { speakersSchema } from './speakers.ts';

const count = z.number();

const labels = z.object({
  direction: z.enum(['up', 'down']),
  kind: z.enum(['audio', 'video', 'data']),
  group: z.string(),
  role: z.string(),
  codec: z.string(),
});

/**
 * Activity of a group of tracks since the last sample of the shard. Counters are differences: they
 * add up over shards and time.
 */
const series = z.object({
  labels,
  /**
   * Agents of the other hosts on which the publishers are. An entry with this field has only the
   * latency of their tracks, which compares the clocks of two hosts; everything else is in the
   * entry without it.
   */
  publishersOn: z.array(z.string()).exactOptional(),
  ...fill(SERIES_COUNTERS, count),
  /** Decryption of received tracks and data messages with end-to-end encryption. */
  decryption: decryptionSchema.exactOptional(),
  /** Number of video tracks by height, pixels: `{ "360": 12 }`. */
  layers: z.record(z.string(), count),
  latency: sketchBins,
  jitter: sketchBins,
  rtt: sketchBins,
  /** Rate adaptation of native publishers; absent without it. */
  adaptation: adaptationSample.exactOptional(),
  /** Playout of real clients; absent for native participants. */
  playout: playoutSample.exactOptional(),
});

/** CPU scheduling of a process's threads in this interval. Linux only. */
const scheduling = z.object({
  /** Time on a core, sum of all threads, ms. */
  runMs: count,
  /** Time in which threads were ready to run and waited for a core, sum of all threads, ms. */
  waitMs: count,
  /** Waiting time of the thread that waited longest, ms. */
  longestWaitMs: count,
});

/** CPU use of the host while it was busy, by the run and by other programs. */
const otherPrograms = z.object({
  /** CPU use of the run's processes, an embedded server and real clients included, cores. */
  ownCores: count,
  /**
   * Other programs with the highest CPU use, at most three: name, and cores of all processes of
   * that name. Empty where the host does not show them.
   */
  top: z.array(z.object({ name: z.string(), cores: count })),
});

/** Health of the load generator: one worker process in this interval. */
const generator = z.object({
  /** CPU use of the process with all threads, cores. */
  cpuCores: count,
  /** CPU time since the process started, s. */
  cpuSeconds: count,
  residentBytes: count,
  /** Event-loop delay, p99 of the interval, ms. */
  eventLoopLagMs: count,
  /** Highest lateness of a pump thread, ms. */
  tickLatenessMs: count,
  /**
   * Number of pump threads that did not run for two seconds or more; their participants are missing
   * from the series.
   */
  stuckThreads: count,
  lateSends: count,
  sendErrors: count,
  socketDrops: count,
  datagramsSent: count,
  datagramsReceived: count,
  /**
   * Size of sent datagrams with UDP and IP headers, bytes; overhead of TURN and TCP is left out.
   */
  wireBytesSent: count.exactOptional(),
  wireBytesReceived: count.exactOptional(),
  /**
   * Time from the start of the run until the worker began its part, ms; in the first sample of a
   * worker.
   */
  startLatenessMs: count.exactOptional(),
  /** Number of joins that started more than a second after their scheduled time. */
  lateJoins: count,
  /** Share of all cores of the host in use by all processes, 0 … 1; one worker reports it. */
  hostCpuShare: count.exactOptional(),
  /** Scheduling of the event loop and the pump threads. */
  scheduling: scheduling.exactOptional(),
  /** Scheduling of an embedded server; the coordinator reports it. */
  serverScheduling: scheduling.exactOptional(),
  /**
   * Scheduling of the components of a lab, by their names; the coordinator reports it. A component
   * that did not run in the whole interval is absent.
   */
  componentScheduling: z.record(z.string(), scheduling).exactOptional(),
  /**
   * Time in which some task of the host waited for a core (pressure stall information), ms; the
   * coordinator reports it.
   */
  stalledMs: count.exactOptional(),
  /** Other programs that used the host while it was busy; the coordinator reports them. */
  otherPrograms: otherPrograms.exactOptional(),
  /** Time in which a CPU quota stopped the control group of the coordinator, ms. */
  throttledMs: count.exactOptional(),
});

/**
 * Packets of a role that were dropped instead of sent: the TCP connection had not taken them when
 * the next ones were ready.
 */
const streamDrops = z.object({ group: z.string(), role: z.string(), packets: count });

/** Real client of the shard, and its supply with CPU time in this interval. */
const client = z.object({
  identity: z.string(),
  group: z.string(),
  role: z.string(),
  engine: clientEngineName,
  /** Largest lateness of its timers, ms. */
  lagMs: count,
  /**
   * True if it was so late, in this interval or shortly before, that its measurements reflect the
   * host rather than the media: they are left out of the series.
   */
  starved: z.boolean(),
});

export const sampleSchema = z.object({
  type: z.literal('sample'),
  at: z.number(),
  /** Number of the shard, or `COORDINATOR_SHARD`. */
  shard: count,
  /** Length of the interval, ms. */
  intervalMs: z.number().positive(),
  /** Number of connected participants of the shard. */
  connected: count,
  series: z.array(series),
  generator,
  /** Announcements of active speakers, where participants take turns in speaking. */
  speakers: z.array(speakersSchema).exactOptional(),
  /** Calls between participants (RPC); absent: none. */
  rpc: z.array(rpcSample).exactOptional(),
  /** Received text and byte streams; absent: none. */
  dataStreams: z.array(dataStreamsSample).exactOptional(),
  /** Frames on data tracks; absent: none. */
  dataTracks: z.array(dataTracksSample).exactOptional(),
  /** Data messages that waited at their senders; absent: none. */
  dataQueues: z.array(dataQueueSample).exactOptional(),
  /** Dropped packets on paths over TCP; absent: none. */
  streamDrops: z.array(streamDrops).exactOptional(),
  /** Real clients of the shard; absent: none. */
  clients: z.array(client).exactOptional(),
});

export type SeriesLabels = z.infer<typeof labels>;
export type SeriesSample = z.infer<typeof series>;
export type GeneratorSample = z.infer<typeof generator>;
/** Part of the load generator's health that an engine measures. */
export type EngineHealth = Pick<
  GeneratorSample,
  | 'tickLatenessMs'
  | 'stuckThreads'
  | 'lateSends'
  | 'sendErrors'
  | 'socketDrops'
  | 'datagramsSent'
  | 'datagramsReceived'
  | 'wireBytesSent'
  | 'wireBytesReceived'
>;
export type StreamDrops = z.infer<typeof streamDrops>;
export type OtherPrograms = z.infer<typeof otherPrograms>;
export type Scheduling = z.infer<typeof scheduling>;
export type ClientSample = z.infer<typeof client>;
export type SampleLine = z.infer<typeof sampleSchema>;

/**
 * Shard of the coordinator. It hosts no participants, but its cost belongs to the load generator:
 * its samples have no series, and only CPU and memory count.
 */
export const COORDINATOR_SHARD = -1;

/** Sample of a group of tracks without activity. */
export const emptySeries = (of: SeriesLabels): SeriesSample => ({
  labels: of,
  ...fill(SERIES_COUNTERS, 0),
  layers: {},
  latency: emptyBins(),
  jitter: emptyBins(),
  rtt: emptyBins(),
});

/** Health of a process without pump threads. */
export const emptyEngineHealth = (): EngineHealth => ({
  tickLatenessMs: 0,
  stuckThreads: 0,
  lateSends: 0,
  sendErrors: 0,
  socketDrops: 0,
  datagramsSent: 0,
  datagramsReceived: 0,
});
