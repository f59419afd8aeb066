import type { TrackSource } from '@livekit-swarm/record';
import type { Kind, Role } from '@livekit-swarm/scenario';
import {
  type DataFlowStats,
  detachedRow,
  type Interruption,
  type PeerStats,
  type PumpSample,
  type ReceiverStats,
  type SenderStats,
} from '@livekit-swarm/webrtc';
import { Cohorts } from './cohorts.ts';

/** Owner of a stream, for the labels of its series. */
export interface Owner {
  group: string;
  role: Role;
}

/** Counters of a stream or peer at the last read, and at the last sample. */
interface Counted<Stats> {
  stats: Stats | null;
  taken: Stats | null;
  /** True once it was removed from the pump: its counters are final. */
  ended: boolean;
}

/** Sender or receiver of the pump. */
interface Stream {
  handle: number;
  peer: number;
  owner: Owner;
}

/** Negotiated local layer. */
export interface UpStream extends Stream, Counted<SenderStats> {
  kind: Kind;
  codec: string;
  cid: string;
  /** Source of a video. */
  source?: TrackSource;
  layer: string | null;
  /** True for the lowest layer of a track, which represents the track when tracks are counted. */
  first: boolean;
  width: number;
  height: number;
}

/** Remote track that is bound to a local m-line. */
export interface DownStream extends Stream, Counted<ReceiverStats> {
  kind: Kind;
  codec: string;
  trackSid: string;
  /** True if no media is expected: the track is muted by its publisher, or not visible. */
  silent: boolean;
  /** Ended interruptions that were not processed yet; present if media is watched. */
  interruptions?: Interruption[];
}

export interface Peer extends Counted<PeerStats> {
  owner: Owner;
  /** Data that arrived on the peer, by number of the flow. */
  flows: Map<number, DataStream>;
}

/** Received messages of a remote data flow. */
export type DataStream = Counted<DataFlowStats>;

/**
 * Streams and peers that the pump counts for, by handle. An ended stream stays until a sample has
 * its last counters.
 */
export class StreamRegistry {
  readonly cohorts = new Cohorts();
  readonly up = new Map<number, UpStream>();
  readonly down = new Map<number, DownStream>();
  readonly peers = new Map<number, Peer>();

  /** Take over the counters of the pump. */
  read(sample: PumpSample): void {
    for (const stats of sample.senders) set(this.up.get(stats.sender), stats);
    for (const stats of sample.receivers) set(this.down.get(stats.receiver), stats);
    for (const ended of sample.interruptions)
      this.down.get(ended.receiver)?.interruptions?.push(ended);
    for (const stats of sample.peers) set(this.peers.get(stats.peer), stats);
    for (const stats of sample.flows) this.#readFlow(stats);
  }

  /** Mark the counters as sampled: the next sample counts from here. */
  settle(): void {
    settleAll(this.up);
    settleAll(this.down);
    for (const { flows } of this.peers.values()) settleAll(flows);
    settleAll(this.peers);
  }

  #readFlow(stats: DataFlowStats): void {
    const flows = this.peers.get(stats.peer)?.flows;
    const known = flows?.get(stats.flow);
    if (known !== undefined) set(known, stats);
    else flows?.set(stats.flow, { stats, taken: null, ended: false });
  }
}

const settleAll = <Handle, Stats>(entries: Map<Handle, Counted<Stats>>): void => {
  for (const [handle, entry] of entries) {
    // The result of the participant needs the counters until the end of its session.
    if (entry.ended) entry.stats = detachedRow(entry.stats);
    entry.taken = entry.stats;
    if (entry.ended) entries.delete(handle);
  }
};

const set = <Stats>(entry: Counted<Stats> | undefined, stats: Stats): void => {
  if (entry !== undefined && !entry.ended) entry.stats = stats;
};
