/** Traffic that a node reports about itself. */
export interface NodeTraffic {
  id: string;
  /** Time of the report, Unix seconds. */
  updatedAt: number;
  stats: { bytesIn: number; bytesOut: number; packetsIn: number; packetsOut: number };
}

export const DIRECTIONS = ['in', 'out'] as const;
export type Direction = (typeof DIRECTIONS)[number];

export interface TrafficMeter {
  /**
   * Count the traffic since the last poll.
   * @param weights groups of each node by the number of their sessions in its rooms
   * @param lost nodes that stopped reporting
   */
  look(
    nodes: readonly NodeTraffic[],
    weights: ReadonlyMap<string, ReadonlyMap<string, number>>,
    lost: ReadonlySet<string>,
  ): void;
}

/**
 * Bytes of a packet that livekit-server does not count, as it counts RTP with its header: IPv4 20,
 * UDP 8, authentication tag of AES-GCM 16 (RFC 7714).
 */
export const OVERHEAD_BYTES = 44;

/**
 * Mean age of the figures in a node's report, s: half of the five seconds in which it collects
 * them, and half of the two between reports.
 */
const REPORTED_LATE_SECONDS = 3.5;
/** Time over which the rate of a node is averaged, s. */
const RATE_SECONDS = 20;

interface Sample {
  at: number;
  bytes: Record<Direction, number>;
}

interface Known {
  samples: Sample[];
  /**
   * Last weights with any session: traffic that is reported after participants left belongs to
   * their groups.
   */
  weights: ReadonlyMap<string, number>;
  lost: boolean;
}

/**
 * Create the meter of bytes on the wire. The sum is measured by the reports of each node; the
 * shares of groups are estimated by their sessions on the node. The unreported traffic of a dead
 * node is estimated from its rate.
 */
export const createTrafficMeter = (
  other: string,
  add: (group: string, direction: Direction, bytes: number) => void,
): TrafficMeter => {
  const known = new Map<string, Known>();
  let isFirst = true;

  const share = ({ weights }: Known, direction: Direction, bytes: number): void => {
    const sum = [...weights.values()].reduce((all, weight) => all + weight, 0);
    if (sum === 0) add(other, direction, bytes);
    else for (const [group, weight] of weights) add(group, direction, (bytes * weight) / sum);
  };

  return {
    look: (nodes, weights, lost) => {
      for (const { id, updatedAt, stats } of nodes) {
        const now: Sample = {
          at: updatedAt,
          bytes: {
            in: stats.bytesIn + stats.packetsIn * OVERHEAD_BYTES,
            out: stats.bytesOut + stats.packetsOut * OVERHEAD_BYTES,
          },
        };
        // A node that appears after the first poll has counted from 0. Traffic from before the
        // first poll is not metered.
        const node = known.get(id) ?? {
          samples: isFirst ? [now] : [{ at: updatedAt, bytes: { in: 0, out: 0 } }],
          weights: new Map<string, number>(),
          lost: false,
        };
        known.set(id, node);
        const own = weights.get(id);
        if (own !== undefined && own.size > 0) node.weights = own;
        const before = node.samples.at(-1) ?? now;
        for (const direction of DIRECTIONS) {
          // A lower value shows that the counter restarted from 0.
          const from = now.bytes[direction] < before.bytes[direction] ? 0 : before.bytes[direction];
          const more = now.bytes[direction] - from;
          if (more > 0) share(node, direction, more);
        }
        if (now.at > before.at || now.bytes.in < before.bytes.in) node.samples.push(now);
        while ((node.samples[1]?.at ?? now.at) < now.at - RATE_SECONDS) node.samples.shift();
        if (lost.has(id) && !node.lost) addUnreported(node, share);
        node.lost = lost.has(id);
      }
      // Nodes that left the registry are forgotten; a restarted node has another id.
      for (const id of known.keys()) if (!nodes.some((node) => node.id === id)) known.delete(id);
      isFirst = false;
    },
  };
};

const addUnreported = (
  node: Known,
  share: (node: Known, direction: Direction, bytes: number) => void,
): void => {
  const [first, last] = [node.samples[0], node.samples.at(-1)];
  if (first === undefined || last === undefined || last.at <= first.at) return;
  for (const direction of DIRECTIONS) {
    const rate = (last.bytes[direction] - first.bytes[direction]) / (last.at - first.at);
    if (rate > 0) share(node, direction, rate * REPORTED_LATE_SECONDS);
  }
};
