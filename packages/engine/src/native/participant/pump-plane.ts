import type { MediaPlane } from '@livekit-swarm/livekit';
import { PeerConnections, type PeerConnectionsOptions } from '../network/peer-connections.ts';
import { DataFlows, type DataFlowsOptions } from '../streams/data-flows.ts';
import { ReceivedStreams, type ReceivedStreamsOptions } from '../streams/received-streams.ts';
import type { SessionStreams } from '../streams/results.ts';
import type { Sampler } from '../streams/sampler.ts';
import { SentStreams, type SentStreamsOptions } from '../streams/sent-streams.ts';
import { StreamEnds } from '../streams/stream-ends.ts';

export type PumpPlaneOptions = Omit<
  PeerConnectionsOptions & DataFlowsOptions & SentStreamsOptions & ReceivedStreamsOptions,
  'ends' | 'stopStreams'
> & { sampler: Pick<Sampler, 'readSoon'> };

/** One participant's part of the pump: its peers, and all their streams, ended ones included. */
export class PumpPlane implements MediaPlane {
  readonly peers: PeerConnections;
  readonly channels: DataFlows;
  readonly senders: SentStreams;
  readonly receivers: ReceivedStreams;
  readonly #ends: StreamEnds;

  constructor({ sampler, ...options }: PumpPlaneOptions) {
    this.#ends = new StreamEnds(sampler);
    const shared = { ...options, ends: this.#ends };
    this.channels = new DataFlows(options);
    this.senders = new SentStreams(shared);
    this.receivers = new ReceivedStreams(shared);
    this.peers = new PeerConnections({
      ...shared,
      onPeerClosed: (peer) => {
        this.channels.closed(peer);
        options.onPeerClosed(peer);
      },
      stopStreams: (peer) => [...this.senders.stopPeer(peer), ...this.receivers.ofPeer(peer)],
    });
  }

  /** Counters of all streams, as of the last read of the pump. */
  get streams(): SessionStreams {
    const peers = this.peers.all;
    return {
      up: this.senders.all,
      down: this.receivers.all,
      data: peers.flatMap(({ flows }) => [...flows.values()]),
      dataSent: {
        messages: peers.reduce((sum, { stats }) => sum + (stats?.dataMessagesSent ?? 0), 0),
        bytes: peers.reduce((sum, { stats }) => sum + (stats?.dataBytesSent ?? 0), 0),
      },
    };
  }

  /** From now on, end streams without reading their counters: that was done. */
  finish(): void {
    this.#ends.finish();
  }

  /**
   * Use the current key of the participant from now on, in both directions. Clips of its tracks are
   * already encrypted with it.
   */
  changeKey(): void {
    this.senders.playAllAgain();
    this.receivers.changeKey();
    this.peers.changeKey();
  }
}
