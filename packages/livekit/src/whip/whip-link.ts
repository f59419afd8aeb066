import { randomInt } from 'node:crypto';
import type { PeerTransport, SendStream } from '../media-plane.ts';
import { RemotePeerLink } from '../negotiation/remote-peer.ts';
import { type OwnTrack, ownTrack, releaseSsrcs, type TrackSpec } from '../sdp/own-track.ts';
import { splitDescription } from '../sdp/parse-media.ts';
import { readDescription } from '../sdp/read.ts';
import { sendStreams } from '../sdp/streams.ts';
import { midOf, writeWhipOffer } from '../sdp/whip-offer.ts';

export interface WhipLinkOptions {
  peers: PeerTransport;
  tracks: readonly TrackSpec[];
  /** CNAME of the streams, in SDP and RTCP. */
  cname: string;
}

/** PeerConnection of a WHIP session: it sends, and is negotiated with one offer and one answer. */
export class WhipLink {
  readonly offer: string;
  readonly #link: RemotePeerLink;
  readonly #tracks: readonly OwnTrack[];

  /** @throws Error when no socket is left */
  constructor({ peers, tracks, cname }: WhipLinkOptions) {
    this.#link = new RemotePeerLink(peers);
    this.#tracks = tracks.map(ownTrack);
    this.offer = writeWhipOffer({
      sessionId: randomInt(2 ** 47),
      ...{ local: this.#link.local, tracks: this.#tracks, cname },
    });
  }

  get peer(): number {
    return this.#link.peer;
  }

  /**
   * Starts ICE and DTLS with the receiver.
   * @returns the streams to send
   * @throws Error when the answer cannot be used, or refuses a track
   */
  accept(answer: string): Omit<SendStream, 'active'>[] {
    const { bodies } = splitDescription(answer);
    // livekit/ingress writes neither mid nor ICE credentials if it takes no track.
    for (const [position, track] of this.#tracks.entries())
      if (/^m=\S+ 0 /.test(bodies[position] ?? 'm=none 0 ')) throw refusal(track);
    const description = readDescription(answer);
    const streams = this.#tracks.map((track, position) => {
      const section = description.sections.find(({ mid }) => mid === midOf(position));
      const accepted = section === undefined ? null : sendStreams(track, section);
      if (accepted === null) throw refusal(track);
      return accepted;
    });
    this.#link.apply(description, false);
    return streams.flat();
  }

  /** Frees the SSRCs; the peer is closed by its owner. */
  release(): void {
    for (const track of this.#tracks) releaseSsrcs(track);
  }
}

const refusal = ({ kind, codec }: OwnTrack): Error =>
  new Error(`the answer refuses ${kind} in ${codec}`);
