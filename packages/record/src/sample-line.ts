import { emptyBins } from '@livekit-swarm/metrics';
import { z } from 'zod';
import { adaptationSample } from './adaptation.ts';
import { fill, SERIES_COUNTERS } from './counters.ts';
import { decryptionSchema } from './decryption.ts';
import { playoutSample } from './playout.ts';
import { speakersSchema } from './speakers.ts';

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
  /**
   * Agents of other hosts that the publishers are on. The entry has only the latency of their tracks, which compares the clocks of two hosts; all else is
   * in the entry without it.
   */
  publishersOn: z.array(z.string()).exactOptional(),
  ...fill(SERIES_COUNTERS, count),
  /** Of received tracks and data messages with end-to-end encryption. */
  decryption: decryptionSchema.exactOptional(),
  /** Tracks by height, video only: `{ "360": 12 }`. */
  layers: z.record(z.string(), count),
  latency: bins,
  jitter: bins,
  rtt: bins,
  /** Of native publishers with rate adaptation. */
  adaptation: adaptationSample.exactOptional(),
  /** Of real clients only. */
  playout: playoutSample.exactOptional(),
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

/** Programs of the host beside the run, while it was busy. */
const otherPrograms = z.object({
  /** Cores that the processes of the run used, an embedded server and real clients included. */
  ownCores: count,
  /** The three other programs, at most, that used most: name, and cores of all processes of that name. Empty where the host does not show them. */
  top: z.array(z.object({ name: z.string(), cores: count })),
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
  /** Bytes of the datagrams, with their headers of UDP and IP; what TURN and TCP have beside that is left out. */
  wireBytesSent: count.exactOptional(),
  wireBytesReceived: count.exactOptional(),
  /** In the first sample of a worker: how long after the start of the run it began to carry out its part, ms. */
  startLatenessMs: count.exactOptional(),
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
  /** Other programs that used the host, only while it was busy; the coordinator reports them. */
  otherPrograms: otherPrograms.exactOptional(),
  /** For how long a CPU quota stopped the control group of the coordinator, ms. */
  throttledMs: count.exactOptional(),
});

/** Packets of a role that TCP had not taken when the next ones were there, and that were not sent. */
const streamDrops = z.object({ group: z.string(), role: z.string(), packets: count });

/** A real client of the shard and whether it got the CPU time it needed in this interval. */
const client = z.object({
  identity: z.string(),
  group: z.string(),
  role: z.string(),
  engine: z.enum(['browser', 'rtc']),
  /** How late its timers were at most, ms. */
  lagMs: count,
  /** So late, in this interval or shortly before, that its figures say more about the host than about the media: they are left out of the series. */
  starved: z.boolean(),
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
  /** Where participants take turns in speaking. */
  speakers: z.array(speakersSchema).exactOptional(),
  /** Of paths over TCP; absent: none. */
  streamDrops: z.array(streamDrops).exactOptional(),
  /** Absent: none. */
  clients: z.array(client).exactOptional(),
});

export type SeriesLabels = z.infer<typeof labels>;
export type SeriesSample = z.infer<typeof series>;
export type GeneratorSample = z.infer<typeof generator>;
/** What an engine measures of it. */
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

/** Of a process without pump threads. */
export const emptyEngineHealth = (): EngineHealth => ({
  tickLatenessMs: 0,
  stuckThreads: 0,
  lateSends: 0,
  sendErrors: 0,
  socketDrops: 0,
  datagramsSent: 0,
  datagramsReceived: 0,
});
