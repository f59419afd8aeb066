import {
  type Clock,
  endWhip,
  type Failure,
  failureOf,
  isWhipResource,
  openWhip,
  type PeerState,
  WhipLink,
} from '@livekit-swarm/livekit';
import { messageOf } from '@livekit-swarm/settings/errors';
import type { IngressStream } from '../engine.ts';
import type { OutgoingMedia } from '../native/participant/outgoing-media.ts';
import type { Encoder, EncoderEnd } from './encoder.ts';
import { speakMarks } from './mark-speaker.ts';

/** Time for the answer to an offer, ms: livekit/ingress gives itself 5 s. */
const ANSWER_WITHIN_MS = 10_000;
/** Time from the answer to the connection, ms: livekit/ingress waits 10 s for all tracks. */
const CONNECT_WITHIN_MS = 10_000;
/** Time for the answer to the end of a session, ms. */
const END_WITHIN_MS = 1_000;

/** Starts a WHIP client (RFC 9725): an offer by HTTP, then media of the native engine. */
export const startWhip = (
  stream: IngressStream,
  media: OutgoingMedia,
  clock: Clock,
  cname: string,
): Encoder => {
  const session = new WhipSession(stream, media, clock, cname);
  void session.run();
  return session;
};

class WhipSession implements Encoder {
  readonly ended: Promise<Failure>;
  readonly #resolveEnded: (failure: Failure) => void;
  readonly #stream: IngressStream;
  readonly #media: OutgoingMedia;
  readonly #clock: Clock;
  readonly #cname: string;
  #link: WhipLink | null = null;
  /** URL of the session; null: there is none, or its end was requested. */
  #location: string | null = null;
  #isOver = false;
  /** Resolves when the answer to the offer has been applied, or refused. */
  #connecting: Promise<void> = Promise.resolve();
  #stopMarks = (): void => {};
  #cancelDeadline = (): void => {};

  constructor(stream: IngressStream, media: OutgoingMedia, clock: Clock, cname: string) {
    this.#stream = stream;
    this.#media = media;
    this.#clock = clock;
    this.#cname = cname;
    const { promise, resolve } = Promise.withResolvers<Failure>();
    this.ended = promise;
    this.#resolveEnded = resolve;
  }

  /** Runs the session until media flows; never rejects. */
  async run(): Promise<void> {
    try {
      this.#connecting = this.#connect();
      await this.#connecting;
    } catch (error) {
      this.#fail({ ...failureOf(error), retryable: true });
    }
  }

  async #connect(): Promise<void> {
    const { peers, senders } = this.#media.plane;
    await peers.prepare();
    if (this.#isOver) return;
    this.#media.observe((peer, state, cause) => this.#changed(peer, state, cause));
    const link = new WhipLink({ peers, tracks: this.#media.tracks, cname: this.#cname });
    this.#link = link;
    const { url, streamKey } = this.#stream;
    const offered = { url, streamKey, offer: link.offer, timeoutMs: ANSWER_WITHIN_MS };
    const opened = await openWhip(offered);
    if (!isWhipResource(opened)) {
      this.#fail(opened);
      return;
    }
    this.#location = opened.location;
    if (this.#isOver) {
      await this.#endSession();
      return;
    }
    for (const one of this.#streamsOf(link, opened.answer))
      senders.send(link.peer, { ...one, active: true });
    if (this.#isOver) return;
    this.#cancelDeadline = this.#clock.after(CONNECT_WITHIN_MS, () => this.#fail(NOT_CONNECTED));
  }

  /** Streams that the answer takes; none after a failure. */
  #streamsOf(link: WhipLink, answer: string): ReturnType<WhipLink['accept']> {
    try {
      return link.accept(answer);
    } catch (error) {
      this.#fail({ ...REFUSED, message: messageOf(error) });
      return [];
    }
  }

  #changed(peer: number, state: PeerState, cause?: string): void {
    if (this.#isOver || peer !== this.#link?.peer) return;
    if (state === 'ice-connected') return;
    if (state === 'connected') {
      this.#cancelDeadline();
      const { senders } = this.#media.plane;
      this.#stopMarks = speakMarks((number) => senders.playOnce(number), this.#clock);
      return;
    }
    // The receiver has ended the session itself.
    if (state === 'closed') this.#location = null;
    this.#fail({ ...LOST[state], ...(cause && { message: `${LOST[state].message}: ${cause}` }) });
  }

  stop(how: EncoderEnd): void {
    if (how === 'fail') {
      this.#fail(STOPPED);
      return;
    }
    if (this.#isOver) return;
    this.#over();
    if (how === 'disappear') {
      this.#close('drop');
      this.#resolveEnded(STOPPED);
      return;
    }
    void this.#leave().then(() => {
      this.#close('close');
      this.#resolveEnded(STOPPED);
    });
  }

  /** Ends the session, also one whose offer is under way: it ends when its answer has arrived. */
  async #leave(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#clock.after(END_WITHIN_MS, resolve);
    await Promise.race([this.#connecting.catch(() => {}), promise]);
    cancel();
    await this.#endSession();
  }

  /** Ends the session after a failure, so that the receiver does not wait for its media. */
  #fail(failure: Failure): void {
    if (this.#isOver) return;
    this.#over();
    void this.#endSession();
    this.#close('drop');
    this.#resolveEnded(failure);
  }

  #over(): void {
    this.#isOver = true;
    this.#stopMarks();
    this.#cancelDeadline();
  }

  #close(how: 'close' | 'drop'): void {
    const link = this.#link;
    if (link === null) return;
    const { peers } = this.#media.plane;
    if (how === 'close') peers.closePeer(link.peer);
    else peers.dropPeer(link.peer);
    link.release();
  }

  async #endSession(): Promise<void> {
    const location = this.#location;
    this.#location = null;
    if (location !== null) await endWhip(location, this.#stream.streamKey, END_WITHIN_MS);
  }
}

const STOPPED: Failure = { reason: 'encoder_ended', message: '', retryable: false };

const NOT_CONNECTED: Failure = {
  reason: 'whip_not_connected',
  message: `ingress answered, but media did not reach it within ${CONNECT_WITHIN_MS} ms`,
  hint: 'its UDP port must be reachable: rtc_config.udp_port, use_external_ip or node_ip of ingress',
  retryable: true,
};

const REFUSED = {
  reason: 'whip_offer_refused',
  hint: 'livekit/ingress takes one audio in Opus and one video in VP8 or H.264',
  retryable: false,
};

const lost = (message: string): Failure => ({ reason: 'whip_lost', message, retryable: true });

/** Failures of a session by the state of its peer. */
const LOST: Record<Exclude<PeerState, 'ice-connected' | 'connected'>, Failure> = {
  disconnected: lost('ingress no longer answers the checks of the connection'),
  closed: lost('ingress has closed the connection'),
  failed: lost('the connection for media failed'),
  no_route: lost('this host has no route to the addresses that ingress offers for media'),
  no_socket: lost('this host has no socket for the addresses that ingress offers for media'),
};
