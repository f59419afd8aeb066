import type { ServerMissingLine, ServerSourceName } from '@livekit-swarm/record';

/** What a source knows of a node; what it does not know is absent. */
export interface NodeFigures {
  /** CPU time of the process, seconds since it started; or the cores in use, where only those are known. */
  cpuSeconds?: number;
  cpuCores?: number;
  memoryBytes?: number;
  goroutines?: number;
  /** Open file descriptors. */
  descriptors?: number;
  rooms?: number;
  participants?: number;
  tracks?: number;
  subscriptions?: number;
  /** Since the node started: media received (up) and sent (down). */
  bytesUp?: number;
  bytesDown?: number;
  packetsUp?: number;
  packetsDown?: number;
  drops?: number;
}

/** What a source read of one node. */
export interface NodeReading {
  /** As the server calls itself; null where the source does not know it. */
  id: string | null;
  /** Its name for users; null: its id. */
  name: string | null;
  /** When it was measured, ms; of a clock of the source, of which only differences count. */
  measuredAtMs: number;
  /** How old it is, ms; absent: it was measured for this reading. */
  ageMs?: number;
  /** CPU and memory are those of the host or container. */
  ofHost?: boolean;
  figures: NodeFigures;
}

/** Something that knows how the nodes of a deployment are doing. */
export interface ServerSource {
  name: ServerSourceName;
  /** Its address, without user, password and query; null where it has none. */
  where: string | null;
  /**
   * What has been measured since the last call.
   * @param signal aborted when there is no more time for an answer
   * @throws SourceError with the reason
   */
  sample(signal: AbortSignal): Promise<NodeReading[]>;
  close?(): void;
}

/** Why a source has no answer. The message contains no secret. */
export class SourceError extends Error {
  readonly reason: ServerMissingLine['reason'];

  constructor(reason: ServerMissingLine['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}
