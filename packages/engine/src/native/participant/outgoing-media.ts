import { type PeerState, RoomView, type TrackSpec } from '@livekit-swarm/livekit';
import type { TrackResult } from '@livekit-swarm/record';
import type { ParticipantPlan } from '@livekit-swarm/scenario';
import type { PumpEvent } from '@livekit-swarm/webrtc';
import type { PublishedTrack } from '../media/clips.ts';
import type { ParticipantKeys } from '../media/participant-keys.ts';
import type { Route } from '../network/route.ts';
import { trackResults } from '../streams/results.ts';
import type { EngineParts } from './participant-options.ts';
import { PumpPlane } from './pump-plane.ts';

export interface OutgoingMediaOptions
  extends Pick<EngineParts, 'pump' | 'registry' | 'sampler' | 'publishers'> {
  plan: ParticipantPlan;
  tracks: PublishedTrack[];
  keys: ParticipantKeys;
  /** Route to the receiver. */
  route: Route;
  onPeerOpened(peer: number): void;
  onPeerClosed(peer: number): void;
}

/** Takes the state of a peer, and its cause if the pump knows one. */
export type OnPeer = (peer: number, state: PeerState, cause?: string) => void;

/** Media that a participant sends to another receiver than livekit-server. */
export class OutgoingMedia {
  readonly tracks: readonly TrackSpec[];
  readonly plane: PumpPlane;
  readonly #options: OutgoingMediaOptions;
  #onPeer: OnPeer = () => {};

  constructor(options: OutgoingMediaOptions) {
    const { plan, publishers } = options;
    this.#options = options;
    this.tracks = options.tracks.map(({ spec }) => spec);
    this.plane = new PumpPlane({
      ...options,
      owner: { group: plan.group, role: plan.role },
      index: plan.index,
      network: null,
      rateAdaptation: false,
      readsMessages: false,
      path: 'direct',
      turn: null,
      cname: plan.identity,
      data: [],
      nextFlow: () => 0,
      room: new RoomView(),
      publishers: publishers.of(plan.room),
      onPathFailed: (peer, { message }) => this.#onPeer(peer, 'failed', message),
      onUnusable: (peer, state) => this.#onPeer(peer, state),
      onKeyMismatch: () => {},
    });
  }

  /** Reports changes of peers to this from now on. */
  observe(onPeer: OnPeer): void {
    this.#onPeer = onPeer;
  }

  onPump(event: PumpEvent): void {
    const { peers } = this.plane;
    if (event.type === 'ice' && event.state === 'connected') {
      peers.iceConnected(event.peer);
      this.#onPeer(event.peer, 'ice-connected');
    } else if (event.type === 'ice' && event.state === 'disconnected')
      this.#onPeer(event.peer, 'disconnected');
    else if (event.type === 'connected') {
      peers.connected(event);
      this.#onPeer(event.peer, 'connected');
    } else if (event.type === 'closed') {
      const state = event.code === 'closed_by_remote' ? 'closed' : 'failed';
      this.#onPeer(event.peer, state, event.message);
    }
  }

  /** Reads the counters of all tracks. From now on, streams end without reading theirs. */
  async finish(): Promise<TrackResult[]> {
    await this.#options.sampler.readSoon();
    this.plane.finish();
    const nobody = { track: () => undefined, tracks: [] };
    return trackResults(this.plane.streams, 0, nobody, { tracks: [], data: false });
  }
}
