import { proto3, ScalarType } from '@bufbuild/protobuf';
import { Redis } from 'ioredis';

/** What the nodes of a cluster have agreed on in Redis. */
export interface RegistryView {
  /** Room → the node that holds it. */
  rooms: ReadonlyMap<string, string>;
  nodes: ReadonlyMap<string, RegistryNode>;
}

export interface RegistryClient {
  /** @throws Error when Redis cannot be reached, or does not answer in time */
  look(): Promise<RegistryView>;
  close(): void;
}

/** A node that has not reported for this long is stale: LiveKit's own limit for assigning rooms to it. */
export const NODE_STALE_SECONDS = 5;

const TIMEOUT_MS = 3_000;

export const connectRegistry = (url: string): RegistryClient => {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: TIMEOUT_MS,
    commandTimeout: TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: true,
    retryStrategy: () => null,
  });
  // When the connection fails, the command rejects without the cause; the event carries it. Without a listener the event would end the process.
  let why: string | null = null;
  redis.on('error', (error) => {
    why = error.message;
  });
  const connect = async (): Promise<void> => {
    why = null;
    await redis.connect().catch((error: unknown) => {
      throw new Error(why ?? String(error));
    });
  };
  return {
    look: async () => {
      if (redis.status === 'end' || redis.status === 'wait') await connect();
      const [rooms, nodes] = await Promise.all([
        redis.hgetall('room_node_map'),
        redis.hgetallBuffer('nodes'),
      ]);
      return {
        rooms: new Map(Object.entries(rooms)),
        nodes: new Map(
          Object.values(nodes)
            .map(readRegistryNode)
            .flatMap((node) => (node === null ? [] : [[node.id, node]])),
        ),
      };
    },
    close: () => redis.disconnect(),
  };
};

export const isStale = ({ updatedAt }: RegistryNode, nowMs: number): boolean =>
  nowMs / 1_000 - updatedAt > NODE_STALE_SECONDS;

/**
 * Rooms that the API lists and no live node holds: their node is down or has stopped reporting, or none is registered.
 * @param listed names of the rooms that the API lists
 */
export const ghostRooms = (
  listed: readonly string[],
  { rooms, nodes }: RegistryView,
  nowMs: number,
): string[] =>
  listed.filter((room) => {
    const node = nodes.get(rooms.get(room) ?? '');
    return node === undefined || isStale(node, nowMs);
  });

/** What a node of a cluster writes into Redis about itself (livekit_internal.proto, `Node`); the parts that are looked at. */
export interface RegistryNode {
  id: string;
  state: 'starting_up' | 'serving' | 'shutting_down';
  /** When it last reported, Unix seconds. */
  updatedAt: number;
}

const NodeStats = proto3.makeMessageType('livekit.NodeStats', [
  { no: 1, name: 'started_at', kind: 'scalar', T: ScalarType.INT64 },
  { no: 2, name: 'updated_at', kind: 'scalar', T: ScalarType.INT64 },
]);

const Node = proto3.makeMessageType('livekit.Node', [
  { no: 1, name: 'id', kind: 'scalar', T: ScalarType.STRING },
  { no: 4, name: 'stats', kind: 'message', T: NodeStats },
  { no: 6, name: 'state', kind: 'scalar', T: ScalarType.INT32 },
]);

const STATES = ['starting_up', 'serving', 'shutting_down'] as const;

/** @returns null when the bytes are not a node */
export const readRegistryNode = (bytes: Uint8Array): RegistryNode | null => {
  try {
    const node = Node.fromBinary(bytes);
    const state = STATES[node.state];
    return node.id === '' || state === undefined
      ? null
      : { id: node.id, state, updatedAt: Number(node.stats?.updatedAt ?? 0n) };
  } catch {
    return null;
  }
};
