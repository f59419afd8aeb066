import { proto3, ScalarType } from '@bufbuild/protobuf';

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
    const node = Node.fromBinary(bytes) as unknown as {
      id: string;
      state: number;
      stats?: { updatedAt: bigint };
    };
    const state = STATES[node.state];
    return node.id === '' || state === undefined
      ? null
      : { id: node.id, state, updatedAt: Number(node.stats?.updatedAt ?? 0n) };
  } catch {
    return null;
  }
};
