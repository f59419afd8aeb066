import { type PeerState, RoomView, type TrackSpec } from '@livekit-swarm/livekit';
import type { ParticipantLine, TrackResult } from '@livekit-swarm/record';
import type { ParticipantPlan } from '@livekit-swarm/scenario';
import type { PumpEvent } from '@livekit-swarm/webrtc';
import type { PublishedTrack } from '../media/clips.ts';
import type { ParticipantKeys } from '../media/participant-keys.ts';
import type { Route } from '../network/route.ts';
import { trackResults } from '../streams/results.ts';
import type { EngineParts } from './participant-options.ts';
import { PumpPlane } from './pump-plane.ts';

export interface StreamMediaOptions
  extends Pick<EngineParts, 'pump' | 'registry' | 'sampler' | 'publishers' | 'turn'> {
  plan: ParticipantPlan;
  tracks: PublishedTrack[];
  keys: ParticipantKeys;
  /** Route to the server. */
  route: Route;
  onPeerOpened(peer: number): void;
  onPeerClosed(peer: number): void;
}

/** Takes the state of a peer, and its cause if the pump knows one. */
export type OnPeer = (peer: number, state: PeerState, cause?: string) => void;

/** Takes the first packet of a stream, and the ends of voice in audio that is listened to. */
export type OnReception = (
  event: Extract<PumpEvent, { type: 'first_packet' | 'voice_began' | 'voice_ended' }>,
) => void;

/** Media that a participant exchanges with another program than livekit-server. */
export class StreamMedia {
  readonly tracks: readonly TrackSpec[];
  readonly plane: PumpPlane;
  readonly #options: StreamMediaOptions;
  #onPeer: OnPeer = () => {};
  #onReception: OnReception = () => {};

  constructor(options: StreamMediaOptions) {
    const { plan, publishers } = options;
    const room = publishers.of(plan.room);
    const elsewhere = room.ofStream();
    this.#options = options;
    this.tracks = options.tracks.map(({ spec }) => spec);
    this.plane = new PumpPlane({
      ...options,
      owner: { group: plan.group, role: plan.role },
      index: plan.index,
      network: null,
      rateAdaptation: false,
      readsMessages: false,
      path: plan.path,
      cname: plan.identity,
      data: [],
      nextFlow: () => 0,
      room: new RoomView(),
      // Received media does not show who has sent it.
      publishers: { ...room, ofMedia: room.ofStream },
      // A clock of another host may differ by more than a delay.
      listensTo: (_, kind) =>
        plan.hearsMarks === true && kind === 'audio' && elsewhere.publishersOn === undefined,
      onPathFailed: (peer, { message }) => this.#onPeer(peer, 'failed', message),
      onUnusable: (peer, state) => this.#onPeer(peer, state),
      onKeyMismatch: () => {},
    });
  }

  /** Reports changes of peers to this from now on. */
  observe(onPeer: OnPeer): void {
    this.#onPeer = onPeer;
  }

  /** Reports what is received to this from now on. */
  observeReception(onReception: OnReception): void {
    this.#onReception = onReception;
  }

  /** Candidate pair that ICE selected last; undefined: none. */
  get selectedPair(): NonNullable<ParticipantLine['selectedPair']> | undefined {
    return this.plane.peers.selectedPair ?? undefined;
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
    } else if (event.type === 'path_failed') peers.pathFailed(event);
    else if (
      event.type === 'first_packet' ||
      event.type === 'voice_began' ||
      event.type === 'voice_ended'
    )
      this.#onReception(event);
  }

  /**
   * Reads the counters of all tracks. From now on, streams end without reading theirs.
   * @param endedAt end of the session, Unix ms
   */
  async finish(endedAt: number): Promise<TrackResult[]> {
    await this.#options.sampler.readSoon();
    this.plane.finish();
    const nobody = { track: () => undefined, tracks: [] };
    return trackResults(this.plane.streams, endedAt, nobody, { tracks: [], data: false });
  }
}
