import type { Machine } from '../prices/schema.ts';
import type { HourLoad } from '../usage/usage.ts';

/** Capacity of one node. */
export type NodeCapacity =
  /**
   * Measured by `swarm capacity`. `cores`: cores of the measured node; null: unknown, and every
   * machine counts as one such node.
   */
  | { type: 'measured'; participantsPerNode: number; cores: number | null; scenario: string }
  /** Assumed without a measurement: packets/s and bit/s for each vCPU. */
  | { type: 'assumed'; packetsPerVcpu: number; bitsPerVcpu: number };

/**
 * Capacity from LiveKit's published benchmark (16 vCPUs; 3,000 viewers of one 720p: 561,000
 * packets/s and 531 MB/s at 92 % CPU), at 70 % CPU: the fewest packets per vCPU of its three
 * workloads. https://docs.livekit.io/transport/self-hosting/benchmark
 */
export const ASSUMED_CAPACITY: NodeCapacity = {
  type: 'assumed',
  packetsPerVcpu: 26_000,
  bitsPerVcpu: 200_000_000,
};

export interface NodeRules {
  capacity: NodeCapacity;
  /** Factor by which the load is multiplied before nodes are counted. */
  headroom: number;
  minNodes: number;
}

/** Number of nodes that a load needs, as a fraction: the need of the scarcest resource. */
export const nodesNeeded = (
  { participants, packets, bits }: Pick<HourLoad, 'participants' | 'packets' | 'bits'>,
  { vcpus }: Pick<Machine, 'vcpus'>,
  { capacity, headroom }: NodeRules,
): number => {
  if (capacity.type === 'measured') {
    const perNode =
      capacity.participantsPerNode * (capacity.cores === null ? 1 : vcpus / capacity.cores);
    return (participants * headroom) / perNode;
  }
  return (
    headroom *
    Math.max(packets / (capacity.packetsPerVcpu * vcpus), bits / (capacity.bitsPerVcpu * vcpus))
  );
};

/**
 * Whole number of nodes.
 * @param exact keeps fractions, for curves without steps
 */
export const countNodes = (needed: number, { minNodes }: NodeRules, exact = false): number =>
  // Sums of fractions end slightly above a whole number.
  Math.max(minNodes, exact ? needed : Math.ceil(needed - 1e-9));
