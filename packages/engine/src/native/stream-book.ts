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

/** Counters of one thing as last read, and as of the last sample that was handed on. */
interface Counted<Stats> {
  stats: Stats | null;
  taken: Stats | null;
  /** Removed from the pump: its counters are final. */
  ended: boolean;
}

/** A sender or receiver of the pump. */
interface Stream {
  handle: number;
  peer: number;
  owner: Owner;
}

/** One negotiated local layer. */
export interface UpStream extends Stream, Counted<SenderStats> {
  kind: Kind;
  codec: string;
  cid: string;
  /** Of a video. */
  source?: TrackSource;
  layer: string | null;
  /** The lowest layer of its track, which represents the track where tracks are counted. */
  first: boolean;
  width: number;
  height: number;
}

/** One remote track that is bound to a local m-line. */
export interface DownStream extends Stream, Counted<ReceiverStats> {
  kind: Kind;
  codec: string;
  trackSid: string;
  /** No media is expected: muted by its publisher, or not visible. */
  silent: boolean;
  /** Where media is watched: interruptions that ended and were not processed yet. */
  interruptions?: Interruption[];
}

export interface Peer extends Counted<PeerStats> {
  owner: Owner;
  /** Data that arrived on it, by the number of the flow. */
  flows: Map<number, DataStream>;
}

/** Received messages of one remote data flow. */
export type DataStream = Counted<DataFlowStats>;

/** Everything the pump counts for, by its handles. A stream that ended stays until its last counters were handed on. */
export class StreamBook {
  readonly cohorts = new Cohorts();
  readonly up = new Map<number, UpStream>();
  readonly down = new Map<number, DownStream>();
  readonly peers = new Map<number, Peer>();

  /** Takes over what the pump counts now. */
  read(sample: PumpSample): void {
    for (const stats of sample.senders) set(this.up.get(stats.sender), stats);
    for (const stats of sample.receivers) set(this.down.get(stats.receiver), stats);
    for (const ended of sample.interruptions)
      this.down.get(ended.receiver)?.interruptions?.push(ended);
    for (const stats of sample.peers) set(this.peers.get(stats.peer), stats);
    for (const stats of sample.flows) this.#readFlow(stats);
  }

  /** After a sample was handed on: the next one counts from here. */
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
    // The result of its participant needs it until the end of the stay.
    if (entry.ended) entry.stats = detachedRow(entry.stats);
    entry.taken = entry.stats;
    if (entry.ended) entries.delete(handle);
  }
};

const set = <Stats>(entry: Counted<Stats> | undefined, stats: Stats): void => {
  if (entry !== undefined && !entry.ended) entry.stats = stats;
};
