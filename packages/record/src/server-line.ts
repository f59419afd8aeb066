import { z } from 'zod';

/** Sources of server metrics, the most exact first; of a host: `host` and `prometheus_host`. */
export const SERVER_SOURCES = [
  'process',
  'metrics',
  'host',
  'prometheus',
  'prometheus_host',
  'redis',
] as const;

const source = z.enum(SERVER_SOURCES);
const figure = () => z.number().exactOptional();

/** Levels of a node at one moment; absent: no source measures it. */
const levels = {
  cpuCores: figure(),
  memoryBytes: figure(),
  goroutines: figure(),
  rooms: figure(),
  /**
   * Participants as the node counts them. In a cluster, a participant counts on the node of its
   * signal connection and on the node of its room.
   */
  participants: figure(),
  /** Tracks published to the node. */
  tracks: figure(),
  /** Subscriptions that the node sends. */
  subscriptions: figure(),
  /** CPU cores that all programs of the node's host use, livekit-server included. */
  hostCpuCores: figure(),
  /** Cores of the host. */
  hostCores: figure(),
  /** Share of the host's CPU time that its hypervisor gave to other guests, 0 … 1. */
  stealShare: figure(),
  /** Memory in use, of the limit that is nearest: a control group's, or what the host has, 0 … 1. */
  memoryShare: figure(),
  /** Size of that limit, bytes. */
  memoryLimitBytes: figure(),
  /** Entries of the table of tracked connections, of as many as it takes, 0 … 1. */
  conntrackShare: figure(),
};

/** Differences since the last line of the node, of what livekit-server counts every few seconds. */
const mediaCounts = {
  /** Media received (up) and sent (down), bytes and packets. */
  bytesUp: figure(),
  bytesDown: figure(),
  packetsUp: figure(),
  packetsDown: figure(),
  /** Packets that the network interfaces of the host dropped before they were sent. */
  drops: figure(),
};

/** Differences since the last line of the node. */
const counts = {
  ...mediaCounts,
  /** Packets of new flows that the kernel dropped as it could not track them. */
  conntrackDrops: figure(),
  /**
   * Packets that the cloud provider queued or dropped because the instance type allows no more, as
   * the network card counts them: by bandwidth in and out, packets per second, tracked connections.
   */
  bandwidthInExceeded: figure(),
  bandwidthOutExceeded: figure(),
  packetsExceeded: figure(),
  connectionsExceeded: figure(),
};

/** Server metrics of a node, about once per second, or at the interval of a slower source. */
export const serverSchema = z.object({
  type: z.literal('server'),
  at: z.number(),
  /**
   * Name of the node, the label `node` of metrics: its name in a lab, its address in
   * `--server-metrics` or Prometheus, its IP address in Redis; otherwise its id.
   */
  node: z.string(),
  /** Node id as in `joined` events; absent where the source does not know it. */
  id: z.string().exactOptional(),
  /** Time since the last line of this node, ms. */
  intervalMs: z.number().positive(),
  /** Sources that contributed to this line. */
  sources: z.array(source),
  /** True if CPU and memory are those of the host or container rather than of the process. */
  ofHost: z.boolean().exactOptional(),
  ...levels,
  ...counts,
  /**
   * Interval that the media counters of this line cover, ms: a server counts media every few
   * seconds. Absent: nothing was counted. All other counters cover `intervalMs`.
   */
  countedMs: z.number().positive().exactOptional(),
});

/**
 * Lack of server metrics: a source could not be read, or no source has some of them. Later `server`
 * lines show when it could be read again.
 */
export const serverMissingSchema = z.object({
  type: z.literal('server_missing'),
  at: z.number(),
  /** Source that could not be read; absent: there is none. */
  source: source.exactOptional(),
  /** Address of the source without user, password and query; absent: the source has no address. */
  where: z.string().exactOptional(),
  reason: z.enum([
    /** No source was given. */
    'not_configured',
    /** The given sources do not have these metrics. */
    'not_measured',
    'unreachable',
    'timeout',
    'unauthorized',
    /** The source answered without metrics of LiveKit. */
    'not_livekit',
    /** The source answered without metrics of a host. */
    'not_node_exporter',
  ]),
  message: z.string(),
});

const residue = z.object({
  goroutines: levels.goroutines,
  memoryBytes: levels.memoryBytes,
  tracks: levels.tracks,
});

/** State of the server after all participants had left. */
export const serverAfterSchema = z.object({
  type: z.literal('server_after'),
  at: z.number(),
  /** Time since the last participant left, ms. */
  settledMs: z.number(),
  /** Rooms of this run that the API still lists; absent: the API did not answer. */
  rooms: figure(),
  participants: figure(),
  /** Nodes that were known before the first join and answered after the last leave. */
  nodes: z.array(
    z.object({
      node: z.string(),
      before: residue,
      after: residue,
    }),
  ),
});

export const LOG_LEVELS = ['warn', 'error'] as const;

/** Entries of a log with the same level and message. */
const logGroupSchema = z.object({
  level: z.enum(LOG_LEVELS),
  /** Message, and the error of the first entry; without tokens and passwords. */
  message: z.string(),
  error: z.string().exactOptional(),
  /** Place in the source of the server, `rtc/room.go:12`; absent: the log does not name it. */
  caller: z.string().exactOptional(),
  /** Number of entries in each second of the run that has any: `[second, entries]`, in order. */
  seconds: z.array(z.tuple([z.number(), z.number()])),
});

/** Warnings and errors that a node logged during the run; one line for each log, at its end. */
export const serverLogSchema = z.object({
  type: z.literal('server_log'),
  at: z.number(),
  node: z.string(),
  /** Name of the file, without its folder. */
  file: z.string(),
  /** Reason why it could not be read, or not all of it; absent: it was. */
  message: z.string().exactOptional(),
  /** Entries of all levels during the run. */
  entries: z.number(),
  /** The most frequent groups, errors first. */
  groups: z.array(logGroupSchema),
  /** Warnings and errors of groups that are left out. */
  omitted: z.number(),
});

export type ServerLogLine = z.infer<typeof serverLogSchema>;
export type LogGroup = z.infer<typeof logGroupSchema>;
export type LogLevel = LogGroup['level'];

export type ServerSourceName = z.infer<typeof source>;
export type ServerLine = z.infer<typeof serverSchema>;
export type ServerMissingLine = z.infer<typeof serverMissingSchema>;
export type ServerAfterLine = z.infer<typeof serverAfterSchema>;
export type ServerLevel = keyof typeof levels;
export type ServerCount = keyof typeof counts;

export const SERVER_LEVELS = Object.keys(levels) as ServerLevel[];
export const SERVER_COUNTS = Object.keys(counts) as ServerCount[];
export const MEDIA_COUNTS = Object.keys(mediaCounts) as (keyof typeof mediaCounts)[];
