import { randomInt } from 'node:crypto';
import { SessionDescription } from '@livekit/protocol';
import type { MediaKind, PeerTransport, SendStream } from '../media-plane.ts';
import type { Section } from '../sdp/media-section.ts';
import { APPLICATION_MID, type WrittenSections, writeOffer } from '../sdp/offer.ts';
import type { OwnTrack } from '../sdp/own-track.ts';
import { DescriptionReader } from '../sdp/read.ts';
import { sendStreams } from '../sdp/streams.ts';
import type { Receivers } from './receivers.ts';
import { RemotePeerLink } from './remote-peer.ts';

export interface OfferingLinkOptions {
  peers: PeerTransport;
  receivers: Receivers;
  /** CNAME of the published streams, in SDP and RTCP. */
  cname: string;
  tracks: readonly OwnTrack[];
  /** Receiving m-lines of the first offer, so that the first subscriptions need no second offer. */
  room: { audio: number; video: number };
  sendOffer(offer: SessionDescription): void;
  /** A stream to send was negotiated. */
  onStream(stream: Omit<SendStream, 'active'>): void;
  /** The server rejected a published track. */
  onRejected(cid: string): void;
}

/**
 * Largest number of m-lines. Each costs memory and a part of every offer, and the largest rooms of
 * LiveKit need fewer; without a limit, one message could fill the memory of a worker.
 */
const MAX_SECTIONS = 5_000;

/**
 * PeerConnection for which the client sends the offers: the only one with v1, the publisher's with
 * v0. One offer is in flight at a time; changes meanwhile are collected in the next one.
 */
export class OfferingLink {
  readonly link: RemotePeerLink;
  readonly #options: OfferingLinkOptions;
  readonly #sections: Section[] = [];
  /** Mids of the last offer. */
  readonly #offered = new Set<string>();
  readonly #sending = new Set<string>();
  readonly #reader = new DescriptionReader();
  readonly #written: WrittenSections = new Map();
  readonly #sessionId = randomInt(2 ** 47);
  #offerId = 0;
  #inFlight = false;
  #wanted = false;
  #lastOffer: SessionDescription | null = null;
  #lastAnswer: SessionDescription | null = null;

  constructor(options: OfferingLinkOptions) {
    this.#options = options;
    this.link = new RemotePeerLink(options.peers);
    for (const track of options.tracks) this.#addSection(track.kind, track);
    this.addReceiving(options.room.audio, options.room.video);
  }

  get peer(): number {
    return this.link.peer;
  }

  /** Last offer and answer, for `syncState`. */
  get descriptions(): { offer: SessionDescription | null; answer: SessionDescription | null } {
    return { offer: this.#lastOffer, answer: this.#lastAnswer };
  }

  /** Adds receiving m-lines to the next offer. @throws Error when they are too many */
  addReceiving(audio: number, video: number): void {
    const total = this.#sections.length + audio + video;
    if (total > MAX_SECTIONS)
      throw new Error(`the server asked for ${total} m-lines; at most ${MAX_SECTIONS} are offered`);
    for (let i = 0; i < audio; i++) this.#addSection('audio', null);
    for (let i = 0; i < video; i++) this.#addSection('video', null);
  }

  /** Adds a track to the next offer. */
  addTrack(track: OwnTrack): void {
    this.#addSection(track.kind, track);
  }

  /** Marks the m-line of a track as inactive in the next offer. */
  stopTrack(cid: string): void {
    const section = this.#sections.find(({ track, stopped }) => track?.cid === cid && !stopped);
    if (section === undefined) return;
    section.stopped = true;
    this.#written.delete(section.mid);
  }

  /** Returns the next offer, in flight from now on, for the join request that contains it. */
  takeOffer(): SessionDescription {
    this.#inFlight = true;
    this.#wanted = false;
    this.#offerId += 1;
    const sdp = writeOffer({
      sessionId: this.#sessionId,
      version: this.#offerId,
      local: this.link.local,
      sections: this.#sections,
      cname: this.#options.cname,
      written: this.#written,
    });
    for (const { mid } of this.#sections) this.#offered.add(mid);
    this.#lastOffer = new SessionDescription({ type: 'offer', sdp, id: this.#offerId });
    return this.#lastOffer;
  }

  negotiate(): void {
    if (this.#inFlight) this.#wanted = true;
    else this.#options.sendOffer(this.takeOffer());
  }

  /** Offers new ICE credentials. An offer still in flight was lost with its signal connection. */
  restart(): void {
    this.link.restart();
    this.#written.clear();
    this.#inFlight = false;
    this.negotiate();
  }

  /** @throws Error when the answer cannot be used */
  acceptAnswer(answer: SessionDescription): void {
    // Servers before 1.9 send no ids. An old id belongs to an offer that a restart has replaced.
    if (!this.#inFlight || (answer.id !== 0 && answer.id !== this.#offerId)) return;
    const description = this.#reader.read(answer.sdp);
    this.#inFlight = false;
    this.#lastAnswer = answer;
    this.link.apply(description, false);
    for (const { mid, track, stopped } of this.#sections) {
      if (track === null || stopped || this.#sending.has(mid)) continue;
      const section = description.sections.find((candidate) => candidate.mid === mid);
      // The m-line was added after this offer.
      if (section === undefined && !this.#offered.has(mid)) continue;
      const streams = section === undefined ? null : sendStreams(track, section);
      this.#sending.add(mid);
      if (streams === null) this.#options.onRejected(track.cid);
      else for (const stream of streams) this.#options.onStream(stream);
    }
    this.#options.receivers.apply(
      this.peer,
      description.sections,
      answer.midToTrackId,
      this.#sending,
    );
    if (this.#wanted) this.negotiate();
  }

  #addSection(kind: MediaKind, track: OwnTrack | null): void {
    this.#sections.push({
      mid: String(Number(APPLICATION_MID) + 1 + this.#sections.length),
      kind,
      track,
    });
  }
}
