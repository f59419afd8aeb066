import type { ServerMissingLine, ServerSourceName } from '@livekit-swarm/record';

/** Figures of a node; those that a source does not have are absent. */
export interface NodeFigures {
  /** CPU time of the process since its start, s; or the cores in use, if only those are known. */
  cpuSeconds?: number;
  cpuCores?: number;
  memoryBytes?: number;
  goroutines?: number;
  /** Number of open file descriptors. */
  descriptors?: number;
  rooms?: number;
  participants?: number;
  tracks?: number;
  subscriptions?: number;
  /** Media since the start of the node: received (up) and sent (down). */
  bytesUp?: number;
  bytesDown?: number;
  packetsUp?: number;
  packetsDown?: number;
  drops?: number;
  /** CPU time since the start of the host, s: of all programs, and what other guests were given. */
  hostCpuSeconds?: number;
  hostStolenSeconds?: number;
  hostCores?: number;
  memoryShare?: number;
  memoryLimitBytes?: number;
  conntrackShare?: number;
  conntrackDrops?: number;
  bandwidthInExceeded?: number;
  bandwidthOutExceeded?: number;
  packetsExceeded?: number;
  connectionsExceeded?: number;
}

/** Reading of one node, or of a host with nodes, from a source. */
export interface NodeReading {
  /** ID by which the server identifies itself; null: unknown to the source. */
  id: string | null;
  /** Name for users; null: the ID is used. */
  name: string | null;
  /**
   * Address of the node's host, without a port. A reading of a host without a name is of every node
   * on it. Absent: that of the name.
   */
  host?: string;
  /** Time of the measurement by a clock of the source, ms; only differences count. */
  measuredAtMs: number;
  /** Age of the measurement, ms; absent: it was made for this reading. */
  ageMs?: number;
  /** True if CPU and memory are those of the host or container. */
  ofHost?: boolean;
  figures: NodeFigures;
}

/** Source of figures about the nodes of a deployment. */
export interface ServerSource {
  name: ServerSourceName;
  /** Address without user, password and query; null: the source has none. */
  where: string | null;
  /**
   * Reads the figures that were measured since the last call.
   * @param signal aborted when the time for an answer is over
   * @param hosts addresses of the hosts of the nodes that are known so far. Default: none
   * @throws SourceError with the reason
   */
  sample(signal: AbortSignal, hosts?: readonly string[]): Promise<NodeReading[]>;
  close?(): void;
}

/**
 * Host of an address as `/metrics`, Prometheus or users write it: `10.0.0.5:6789`, `[::1]:6789`,
 * `node-1`.
 */
export const hostOf = (address: string): string =>
  /^\[(.*)\](?::\d+)?$/.exec(address)?.[1] ?? address.replace(/^([^:]*):\d+$/, '$1');

/** Reason why a source has no answer. The message contains no secret. */
export class SourceError extends Error {
  readonly reason: ServerMissingLine['reason'];

  constructor(reason: ServerMissingLine['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}
