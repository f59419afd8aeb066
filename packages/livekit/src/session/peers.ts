import { type SessionDescription, SignalTarget, type TrickleRequest } from '@livekit/protocol';
import { DATA_TRACK_CHANNEL } from '../data-tracks/track-packet.ts';
import type { MediaPlane, PeerState } from '../media-plane.ts';
import { AnsweringLink } from '../negotiation/answering-link.ts';
import { OfferingLink } from '../negotiation/offering-link.ts';
import { Receivers } from '../negotiation/receivers.ts';
import type { OwnTrack } from '../sdp/own-track.ts';
import type { Signalling } from '../signal/endpoint.ts';
import type { RequestMessage } from '../signal/signal-socket.ts';
import type { Publications } from './publications.ts';

export interface PeersOptions {
  signalling: Signalling;
  plane: MediaPlane;
  /** Returns true when no media of a remote track is expected now. */
  isSilent(trackSid: string): boolean;
  publications: Publications;
  cname: string;
  /** True if the channel of data tracks is opened, too. */
  hasDataTracks: boolean;
  /** Receiving m-lines of the first offer, v1 only. */
  receive: { audio: number; video: number };
  send(message: RequestMessage): void;
  onRejected(cid: string): void;
}

/** Progress of the media connections, as the slowest of them. */
export type TransportPhase = 'description' | 'ice' | 'dtls' | 'ready';

interface Health {
  described: boolean;
  ice: boolean;
  dtls: boolean;
}

/** Data channels of messages, which every SDK of LiveKit opens. */
const CHANNELS = [
  { label: '_reliable', ordered: true, maxRetransmits: null },
  { label: '_lossy', ordered: false, maxRetransmits: 0 },
] as const;
const DATA_TRACKS = { label: DATA_TRACK_CHANNEL, ordered: false, maxRetransmits: 0 } as const;

/**
 * PeerConnections of one membership: one with v1, for which the client offers; up to two with v0.
 */
export class Peers {
  readonly #options: PeersOptions;
  readonly #receivers: Receivers;
  readonly #health = new Map<number, Health>();
  #publisher: OfferingLink | null = null;
  #subscriber: AnsweringLink | null = null;
  #awaitsSubscriber = false;

  constructor(options: PeersOptions) {
    this.#options = options;
    this.#receivers = new Receivers(options.plane.receivers, options.isSilent);
  }

  /**
   * Waits for the subscriber's PeerConnection, which the server's offer opens (v0); until then the
   * membership is not complete.
   */
  expectSubscriber(): void {
    this.#awaitsSubscriber = true;
  }

  /** @returns the first offer, which the caller sends. @throws when no socket is left */
  openPublisher(): SessionDescription {
    const { plane, publications, cname, receive, signalling, send, onRejected } = this.#options;
    const { hasDataTracks } = this.#options;
    const publisher = new OfferingLink({
      peers: plane.peers,
      receivers: this.#receivers,
      cname,
      tracks: publications.tracks,
      room: signalling === 'v1' ? receive : { audio: 0, video: 0 },
      sendOffer: (offer) => send({ case: 'offer', value: offer }),
      onStream: (stream) => publications.send(publisher.peer, stream),
      onRejected,
    });
    this.#publisher = publisher;
    this.#health.set(publisher.peer, { described: false, ice: false, dtls: false });
    for (const channel of hasDataTracks ? [...CHANNELS, DATA_TRACKS] : CHANNELS)
      plane.channels.openChannel(publisher.peer, channel);
    return publisher.takeOffer();
  }

  get publisherPeer(): number | null {
    return this.#publisher?.peer ?? null;
  }

  owns(peer: number): boolean {
    return this.#health.has(peer);
  }

  get phase(): TransportPhase {
    const all = [...this.#health.values()];
    if (
      all.some(({ described }) => !described) ||
      (this.#awaitsSubscriber && this.#subscriber === null)
    )
      return 'description';
    if (all.some(({ ice }) => !ice)) return 'ice';
    return all.some(({ dtls }) => !dtls) ? 'dtls' : 'ready';
  }

  /** Last offer and answer of the PeerConnection that receives, for `syncState`. */
  get descriptions(): { offer: SessionDescription | null; answer: SessionDescription | null } {
    const receiving = this.#options.signalling === 'v1' ? this.#publisher : this.#subscriber;
    return receiving?.descriptions ?? { offer: null, answer: null };
  }

  /** @throws Error when the answer cannot be used */
  acceptAnswer(answer: SessionDescription): void {
    this.#publisher?.acceptAnswer(answer);
    this.#mark(this.#publisher?.peer, { described: true });
  }

  /** @throws when the offer cannot be used, or no socket is left */
  acceptOffer(offer: SessionDescription): void {
    this.#subscriber ??= new AnsweringLink(this.#options.plane.peers, this.#receivers);
    const { peer } = this.#subscriber;
    const { answer, restarted } = this.#subscriber.acceptOffer(offer);
    if (restarted || !this.#health.has(peer))
      this.#health.set(peer, { described: true, ice: false, dtls: restarted });
    this.#options.send({ case: 'answer', value: answer });
  }

  addCandidate({ candidateInit, target, final }: TrickleRequest): void {
    const { candidate } = parseCandidate(candidateInit);
    const link = target === SignalTarget.PUBLISHER ? this.#publisher?.link : this.#subscriber?.link;
    link?.addCandidate(candidate);
    if (final) link?.endOfCandidates();
  }

  /** @throws Error when they are too many */
  requireSections(audio: number, video: number): void {
    this.#publisher?.addReceiving(audio, video);
    this.#publisher?.negotiate();
  }

  /**
   * Offers a track that is published after the join; opens the publisher's PeerConnection if there
   * is none.
   */
  publish(track: OwnTrack): void {
    if (this.#publisher === null) {
      this.#options.send({ case: 'offer', value: this.openPublisher() });
      return;
    }
    this.#publisher.addTrack(track);
    this.#publisher.negotiate();
  }

  unpublish(cid: string): void {
    this.#publisher?.stopTrack(cid);
    this.#publisher?.negotiate();
  }

  /**
   * Restarts ICE after a resume. The server restarts that of the subscriber, with its own offer.
   */
  restartIce(): void {
    if (this.#publisher === null) return;
    this.#mark(this.#publisher.peer, { described: false, ice: false });
    this.#publisher.restart();
  }

  changed(peer: number, state: PeerState): void {
    if (state === 'ice-connected') this.#mark(peer, { ice: true });
    else if (state === 'connected') this.#mark(peer, { ice: true, dtls: true });
    else if (state === 'disconnected') this.#mark(peer, { ice: false });
    else this.#mark(peer, { ice: false, dtls: false });
  }

  close(): void {
    for (const peer of this.#health.keys()) this.#options.plane.peers.closePeer(peer);
    this.#health.clear();
  }

  /** Closes the peers without notice to the remote. */
  drop(): void {
    for (const peer of this.#health.keys()) this.#options.plane.peers.dropPeer(peer);
    this.#health.clear();
  }

  #mark(peer: number | undefined, change: Partial<Health>): void {
    const health = peer === undefined ? undefined : this.#health.get(peer);
    if (health !== undefined) Object.assign(health, change);
  }
}

/** Parses RTCIceCandidateInit from JSON; unreadable candidates are ignored. */
const parseCandidate = (json: string): { candidate: string } => {
  try {
    const init: unknown = JSON.parse(json);
    const candidate =
      typeof init === 'object' && init !== null && 'candidate' in init ? init.candidate : '';
    return { candidate: typeof candidate === 'string' ? candidate : '' };
  } catch {
    return { candidate: '' };
  }
};
