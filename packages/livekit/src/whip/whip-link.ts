import { randomInt } from 'node:crypto';
import type { MediaKind, PeerTransport, ReceiveStream, SendStream } from '../media-plane.ts';
import { RemotePeerLink } from '../negotiation/remote-peer.ts';
import { type OwnTrack, ownTrack, releaseSsrcs, type TrackSpec } from '../sdp/own-track.ts';
import { splitDescription } from '../sdp/parse-media.ts';
import { type RemoteSection, readDescription } from '../sdp/read.ts';
import { receiveStream, sendStreams } from '../sdp/streams.ts';
import { midOf, writeWhipOffer } from '../sdp/whip-offer.ts';

export interface WhipLinkOptions {
  peers: PeerTransport;
  /** Tracks to send. */
  tracks: readonly TrackSpec[];
  /** Kinds of media to receive. Default: none. */
  receive?: readonly MediaKind[];
  /** CNAME of the streams, in SDP and RTCP. */
  cname: string;
}

/** Streams of a session, as its answer has accepted them. */
export interface AcceptedStreams {
  sent: Omit<SendStream, 'active'>[];
  received: ReceiveStream[];
}

/**
 * PeerConnection of a WHIP or WHEP session: it is negotiated with one offer and one answer, and
 * sends or receives.
 */
export class WhipLink {
  readonly offer: string;
  readonly #link: RemotePeerLink;
  readonly #tracks: readonly OwnTrack[];

  /** @throws Error when no socket is left */
  constructor({ peers, tracks, receive = [], cname }: WhipLinkOptions) {
    this.#link = new RemotePeerLink(peers);
    this.#tracks = tracks.map(ownTrack);
    this.offer = writeWhipOffer({
      sessionId: randomInt(2 ** 47),
      ...{ local: this.#link.local, tracks: this.#tracks, receive, cname },
    });
  }

  get peer(): number {
    return this.#link.peer;
  }

  /**
   * Starts ICE and DTLS with the server.
   * @throws Error when the answer cannot be used, refuses a track, or has nothing to receive
   */
  accept(answer: string): AcceptedStreams {
    const { bodies } = splitDescription(answer);
    // livekit/ingress writes neither mid nor ICE credentials if it takes no track.
    for (const [position, track] of this.#tracks.entries())
      if (/^m=\S+ 0 /.test(bodies[position] ?? 'm=none 0 ')) throw refusal(track);
    const description = readDescription(answer);
    const sent = this.#tracks.map((track, position) => {
      const section = description.sections.find(({ mid }) => mid === midOf(position));
      const accepted = section === undefined ? null : sendStreams(track, section);
      if (accepted === null) throw refusal(track);
      return accepted;
    });
    const received = description.sections.slice(this.#tracks.length).flatMap(receivedOn);
    if (this.#tracks.length + received.length === 0)
      throw new Error('the answer offers neither audio nor video');
    this.#link.apply(description, false);
    return { sent: sent.flat(), received };
  }

  /** Frees the SSRCs; the peer is closed by its owner. */
  release(): void {
    for (const track of this.#tracks) releaseSsrcs(track);
  }
}

/** Stream of an m-line; it has no track of LiveKit, and so the name of its m-line. */
const receivedOn = (section: RemoteSection): ReceiveStream[] => {
  const stream = receiveStream(section, { [section.mid]: `${section.kind}-${section.mid}` });
  return stream === null ? [] : [{ ...stream, muted: false }];
};

const refusal = ({ kind, codec }: OwnTrack): Error =>
  new Error(`the answer refuses ${kind} in ${codec}`);
