import { proto3, ScalarType } from '@bufbuild/protobuf';
import type { Redis } from 'ioredis';
import { redisOptionsOf } from './redis-address.ts';
import { kindOfRedis, kindOfRedisError, redisKindText } from './redis-kind.ts';

/** Rooms and nodes of a cluster, as its Redis stores them. */
export interface RegistryView {
  /** Id of the node of each room, by room name. */
  rooms: ReadonlyMap<string, string>;
  nodes: ReadonlyMap<string, ReportedNode>;
}

export interface RegistryClient {
  /**
   * @throws Error when Redis cannot be reached, does not answer in time, or lacks LiveKit's keys
   */
  look(): Promise<RegistryView>;
  /**
   * Counts the participants of rooms now; the API counts those that it lists every five seconds.
   * @throws Error as `look`
   */
  participants(rooms: readonly string[]): Promise<Map<string, number>>;
  /** Reads all nodes with their own reports. @throws Error as `look` */
  nodes(): Promise<ReportedNode[]>;
  close(): void;
}

/**
 * Age of its last report at which a node is stale, seconds: LiveKit assigns no rooms to such a
 * node.
 */
export const NODE_STALE_SECONDS = 5;

const TIMEOUT_MS = 3_000;

export const connectRegistry = (url: string): RegistryClient => {
  // A failed connection rejects the command without the cause, which only the event contains.
  // Without a listener the event would end the process.
  let why: string | null = null;
  // Loaded on use: most runs have no registry.
  const open = async (): Promise<Redis> => {
    const { Redis } = await import('ioredis');
    const redis = new Redis({
      ...redisOptionsOf(url),
      lazyConnect: true,
      connectTimeout: TIMEOUT_MS,
      commandTimeout: TIMEOUT_MS,
      maxRetriesPerRequest: 0,
      enableOfflineQueue: true,
      // The ready check sends INFO, and `expectSingle` sends it anyway.
      enableReadyCheck: false,
      retryStrategy: () => null,
    });
    redis.on('error', (error) => {
      why = error.message;
    });
    return redis;
  };
  let client: Promise<Redis> | null = null;
  const connected = async (): Promise<Redis> => {
    client ??= open();
    const redis = await client;
    if (redis.status !== 'end' && redis.status !== 'wait') return redis;
    why = null;
    try {
      await redis.connect();
      await expectSingle(redis);
    } catch (error) {
      throw why === null ? error : new Error(why);
    }
    return redis;
  };
  return {
    look: async () => {
      const redis = await connected();
      const [rooms, nodes] = await explained(
        Promise.all([redis.hgetall('room_node_map'), redis.hgetallBuffer('nodes')]),
      );
      return {
        rooms: new Map(Object.entries(rooms)),
        nodes: new Map(
          Object.values(nodes)
            .map(readRegistryNode)
            .flatMap((node) => (node === null ? [] : [[node.id, node]])),
        ),
      };
    },
    participants: async (rooms) => {
      const redis = await connected();
      const counts = await explained(
        Promise.all(rooms.map((room) => redis.hlen(`room_participants:${room}`))),
      );
      return new Map(rooms.map((room, index) => [room, counts[index] ?? 0]));
    },
    nodes: async () => {
      const redis = await connected();
      return Object.values(await explained(redis.hgetallBuffer('nodes')))
        .map(readRegistryNode)
        .filter((node) => node !== null);
    },
    close: () => void client?.then((redis) => redis.disconnect()),
  };
};

/** @throws Error when this Redis does not hold the keys of the whole deployment */
const expectSingle = async (redis: Redis): Promise<void> => {
  const kind = await redis.info('server').then(kindOfRedis, (error: unknown) => {
    // A user without permission for INFO may still be able to read the keys.
    if (kindOfRedisError(String(error)) === 'limited_user') return null;
    throw error;
  });
  if (kind === null) return;
  redis.disconnect();
  throw new Error(redisKindText(kind));
};

const explained = async <T>(reply: Promise<T>): Promise<T> => {
  try {
    return await reply;
  } catch (error) {
    const kind = kindOfRedisError(String(error));
    throw kind === null ? error : new Error(`${redisKindText(kind)} (${String(error)})`);
  }
};

export const isStale = ({ updatedAt }: RegistryNode, nowMs: number): boolean =>
  nowMs / 1_000 - updatedAt > NODE_STALE_SECONDS;

/**
 * Rooms that the API lists and no live node hosts: their node is down, stale or not registered.
 * @param listed names of the rooms that the API lists
 */
export const ghostRooms = (
  listed: readonly string[],
  { rooms, nodes }: { rooms: RegistryView['rooms']; nodes: ReadonlyMap<string, RegistryNode> },
  nowMs: number,
): string[] =>
  listed.filter((room) => {
    const node = nodes.get(rooms.get(room) ?? '');
    return node === undefined || isStale(node, nowMs);
  });

/**
 * Entry of a node in the Redis of its cluster (livekit_internal.proto, `Node`), without unused
 * fields.
 */
export interface RegistryNode {
  id: string;
  state: 'starting_up' | 'serving' | 'shutting_down';
  /** Time of its last report, Unix seconds. */
  updatedAt: number;
}

/**
 * Node with its own report, which it renews every two seconds. CPU and memory are those of its host
 * or container.
 */
export interface ReportedNode extends RegistryNode {
  ip: string;
  stats: {
    cpuCores: number;
    memoryBytes: number;
    rooms: number;
    /** Number of participants. */
    clients: number;
    tracksIn: number;
    tracksOut: number;
    /** Bytes received since the node started; so are all counters below. */
    bytesIn: number;
    bytesOut: number;
    packetsIn: number;
    packetsOut: number;
    /** Packets dropped by the network interfaces of its host. */
    sysPacketsDropped: number;
  };
}

const scalar = <Name extends string>(no: number, name: Name, T: ScalarType) => ({
  no,
  name,
  kind: 'scalar' as const,
  T,
});

const NodeStats = proto3.makeMessageType('livekit.NodeStats', [
  scalar(2, 'updated_at', ScalarType.INT64),
  scalar(3, 'num_rooms', ScalarType.INT32),
  scalar(4, 'num_clients', ScalarType.INT32),
  scalar(5, 'num_tracks_in', ScalarType.INT32),
  scalar(6, 'num_tracks_out', ScalarType.INT32),
  scalar(7, 'bytes_in', ScalarType.UINT64),
  scalar(8, 'bytes_out', ScalarType.UINT64),
  scalar(9, 'packets_in', ScalarType.UINT64),
  scalar(10, 'packets_out', ScalarType.UINT64),
  scalar(17, 'num_cpus', ScalarType.UINT32),
  scalar(21, 'cpu_load', ScalarType.FLOAT),
  scalar(29, 'sys_packets_dropped', ScalarType.UINT32),
  scalar(35, 'memory_used', ScalarType.UINT64),
]);

const Node = proto3.makeMessageType('livekit.Node', [
  scalar(1, 'id', ScalarType.STRING),
  scalar(2, 'ip', ScalarType.STRING),
  { no: 4, name: 'stats', kind: 'message', T: NodeStats },
  scalar(6, 'state', ScalarType.INT32),
]);

const STATES = ['starting_up', 'serving', 'shutting_down'] as const;

/** @returns null when the bytes are not a node */
export const readRegistryNode = (bytes: Uint8Array): ReportedNode | null => {
  try {
    const { id, ip, state: number, stats = new NodeStats() } = Node.fromBinary(bytes);
    const state = STATES[number];
    if (id === '' || state === undefined) return null;
    return { id, ip, state, updatedAt: Number(stats.updatedAt), stats: statsOf(stats) };
  } catch {
    return null;
  }
};

const statsOf = (stats: InstanceType<typeof NodeStats>): ReportedNode['stats'] => ({
  cpuCores: stats.cpuLoad * stats.numCpus,
  memoryBytes: Number(stats.memoryUsed),
  rooms: stats.numRooms,
  clients: stats.numClients,
  tracksIn: stats.numTracksIn,
  tracksOut: stats.numTracksOut,
  bytesIn: Number(stats.bytesIn),
  bytesOut: Number(stats.bytesOut),
  packetsIn: Number(stats.packetsIn),
  packetsOut: Number(stats.packetsOut),
  sysPacketsDropped: stats.sysPacketsDropped,
});
