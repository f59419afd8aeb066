import { randomInt } from 'node:crypto';
import { SessionDescription } from '@livekit/protocol';
import type { PeerTransport } from '../media-plane.ts';
import { AnswerWriter } from '../sdp/answer.ts';
import { DescriptionReader, type RemoteSection } from '../sdp/read.ts';
import type { Receivers } from './receivers.ts';
import { RemotePeerLink } from './remote-peer.ts';

const NONE: ReadonlySet<string> = new Set();

/** PeerConnection for which the server sends the offers: the subscriber's with v0. */
export class AnsweringLink {
  readonly link: RemotePeerLink;
  readonly #receivers: Receivers;
  readonly #writer = new AnswerWriter();
  readonly #reader = new DescriptionReader();
  readonly #sessionId = randomInt(2 ** 47);
  #version = 0;
  #lastOffer: SessionDescription | null = null;
  #lastAnswer: SessionDescription | null = null;

  constructor(peers: PeerTransport, receivers: Receivers) {
    this.link = new RemotePeerLink(peers);
    this.#receivers = receivers;
  }

  get peer(): number {
    return this.link.peer;
  }

  get descriptions(): { offer: SessionDescription | null; answer: SessionDescription | null } {
    return { offer: this.#lastOffer, answer: this.#lastAnswer };
  }

  /**
   * @returns the answer to send back, and whether the server restarted ICE
   * @throws Error when the offer cannot be used
   */
  acceptOffer(offer: SessionDescription): { answer: SessionDescription; restarted: boolean } {
    const description = this.#reader.read(offer.sdp);
    const restarted = this.link.isRestart(description);
    if (restarted) this.link.restart();
    this.#version += 1;
    const sdp = this.#writer.write({
      offer: offer.sdp,
      sessionId: this.#sessionId,
      version: this.#version,
      local: this.link.local,
    });
    this.link.apply(description, true);
    this.#receivers.apply(this.peer, accepted(description.sections), offer.midToTrackId, NONE);
    this.#lastOffer = offer;
    this.#lastAnswer = new SessionDescription({ type: 'answer', sdp, id: offer.id });
    return { answer: this.#lastAnswer, restarted };
  }
}

/** The accepted m-lines of the server; nothing is received on rejected ones. */
const accepted = (sections: RemoteSection[]): RemoteSection[] =>
  sections.map((section) => {
    const payloads = section.payloads.filter(({ codec }) => codec !== 'other');
    return { ...section, payloads, rejected: section.rejected || payloads.length === 0 };
  });
