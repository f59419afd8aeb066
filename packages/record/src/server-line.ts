import { z } from 'zod';

/** What figures of the server are read from, the most exact first. */
export const SERVER_SOURCES = ['process', 'metrics', 'prometheus', 'redis'] as const;

const source = z.enum(SERVER_SOURCES);
const figure = () => z.number().exactOptional();

/** Levels of a node at one moment. Absent: no source has it. */
const levels = {
  cpuCores: figure(),
  memoryBytes: figure(),
  goroutines: figure(),
  rooms: figure(),
  /** As the node counts them: in a cluster one counts on the node of its signal connection and on that of its room. */
  participants: figure(),
  /** Published to the node. */
  tracks: figure(),
  /** Sent by the node to subscribers. */
  subscriptions: figure(),
};

/** Differences since the last line of the node. */
const counts = {
  /** Media received (up) and sent (down), bytes and packets. */
  bytesUp: figure(),
  bytesDown: figure(),
  packetsUp: figure(),
  packetsDown: figure(),
  /** Packets that the network interfaces of its host dropped before they were sent. */
  drops: figure(),
};

/** A node of the deployment, about once a second; as often as its source measures where that is rarer. */
export const serverSchema = z.object({
  type: z.literal('server'),
  at: z.number(),
  /** Its name: of a lab, its address in `--server-metrics` or in Prometheus, its IP in Redis; else its id. The label `node` of metrics. */
  node: z.string(),
  /** As it calls itself in `joined` events; absent where the source does not know it. */
  id: z.string().exactOptional(),
  /** Since the last line of this node, ms. */
  intervalMs: z.number().positive(),
  /** Of this line. */
  sources: z.array(source),
  /** Whether CPU and memory are those of the host or container rather than of the process. */
  ofHost: z.boolean().exactOptional(),
  ...levels,
  ...counts,
  /** How long the server has collected what it counted now, ms: it counts media every few seconds. Absent: nothing was counted. */
  countedMs: z.number().positive().exactOptional(),
});

/** A source of server metrics could not be read, or there is none for some of them. Later `server` lines show when it could be again. */
export const serverMissingSchema = z.object({
  type: z.literal('server_missing'),
  at: z.number(),
  /** Absent: there is none. */
  source: source.exactOptional(),
  /** Its address without user, password and query; absent where it has none. */
  where: z.string().exactOptional(),
  reason: z.enum([
    /** No source was given. */
    'not_configured',
    /** The sources that there are do not have these figures. */
    'not_measured',
    'unreachable',
    'timeout',
    'unauthorized',
    /** It answered, but not with metrics of LiveKit. */
    'not_livekit',
  ]),
  message: z.string(),
});

const remains = z.object({
  goroutines: levels.goroutines,
  memoryBytes: levels.memoryBytes,
  tracks: levels.tracks,
});

/** What was left on the server when all participants had gone. */
export const serverAfterSchema = z.object({
  type: z.literal('server_after'),
  at: z.number(),
  /** How long after the last participant had left, ms. */
  settledMs: z.number(),
  /** Of the rooms of this run, as the API lists them. Absent: it did not answer. */
  rooms: figure(),
  participants: figure(),
  /** Nodes that were known before the first join and answered after the last leave. */
  nodes: z.array(
    z.object({
      node: z.string(),
      before: remains,
      after: remains,
    }),
  ),
});

export type ServerSourceName = z.infer<typeof source>;
export type ServerLine = z.infer<typeof serverSchema>;
export type ServerMissingLine = z.infer<typeof serverMissingSchema>;
export type ServerAfterLine = z.infer<typeof serverAfterSchema>;
export type ServerLevel = keyof typeof levels;
export type ServerCount = keyof typeof counts;

export const SERVER_LEVELS = Object.keys(levels) as ServerLevel[];
export const SERVER_COUNTS = Object.keys(counts) as ServerCount[];
