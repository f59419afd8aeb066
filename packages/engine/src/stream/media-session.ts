import {
  type AcceptedStreams,
  type Clock,
  endMediaResource,
  type Failure,
  failureOf,
  type MediaKind,
  type MediaResource,
  type PeerState,
  WhipLink,
} from '@livekit-swarm/livekit';
import { messageOf } from '@livekit-swarm/settings/errors';
import type { Encoder, EncoderEnd } from '../ingress/encoder.ts';
import { speakMarks } from '../ingress/mark-speaker.ts';
import type { StreamMedia } from '../native/participant/stream-media.ts';

/** Time from the answer to the connection, ms: livekit/ingress waits 10 s for all tracks. */
export const CONNECT_WITHIN_MS = 10_000;
/** Time for the answer to the end of a session, ms. */
const END_WITHIN_MS = 1_000;

/** Failures of sessions in the words of their server. */
export interface SessionWords {
  notConnected: Failure;
  /** The answer cannot be used; its message is that of the error. */
  refused: Omit<Failure, 'message'>;
  /** Failures by the state of the peer. */
  lost: Record<Exclude<PeerState, 'ice-connected' | 'connected'>, Failure>;
}

export interface MediaSessionOptions {
  media: StreamMedia;
  clock: Clock;
  /** CNAME of the streams, in SDP and RTCP. */
  cname: string;
  /** Kinds of media to receive. */
  receive: readonly MediaKind[];
  /** Secret, sent as bearer token at the end; '': requests have none. */
  token: string;
  words: SessionWords;
  /** Sends the offer. */
  open(offer: string): Promise<MediaResource | Failure>;
  /** Takes each step of the session. */
  onStep?(step: 'answered' | 'ice' | 'connected'): void;
  /** Time for the answer to an offer that is under way at the end, ms. Default: 1 s. */
  answerAtEndWithinMs?: number;
  /** Takes a session that its server may still have. */
  onNotEnded?(cause: NotEnded): void;
}

/**
 * Answer to the end of a session: status, or `no_answer`; `no_answer_to_offer`: its URL is not known.
 */
export type NotEnded = number | 'no_answer' | 'no_answer_to_offer';

export interface StartedSession extends Encoder {
  /** Resolves when the session has ended, and no request to its server is under way. */
  readonly finished: Promise<void>;
}

/** Starts a WHIP or WHEP session: an offer by HTTP, then media of the native engine. */
export const startMediaSession = (options: MediaSessionOptions): StartedSession => {
  const session = new MediaSession(options);
  void session.run();
  return session;
};

class MediaSession implements StartedSession {
  readonly ended: Promise<Failure>;
  readonly #resolveEnded: (failure: Failure) => void;
  readonly #options: MediaSessionOptions;
  #link: WhipLink | null = null;
  /** URL of the session; null: there is none, or its end was requested. */
  #location: string | null = null;
  #isOver = false;
  /** Resolves when the answer to the offer has been applied, or refused. */
  #connecting: Promise<void> = Promise.resolve();
  /** Resolves when the answer to the end of the session has arrived. */
  #ending: Promise<void> = Promise.resolve();
  /** Resolves when the session was left. */
  #leaving: Promise<void> = Promise.resolve();
  #stopMarks = (): void => {};
  #cancelDeadline = (): void => {};

  constructor(options: MediaSessionOptions) {
    this.#options = options;
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
    const { media, cname, receive, clock, words, open, onStep } = this.#options;
    const { peers, senders, receivers } = media.plane;
    await peers.prepare();
    if (this.#isOver) return;
    media.observe((peer, state, cause) => this.#changed(peer, state, cause));
    const link = new WhipLink({ peers, tracks: media.tracks, receive, cname });
    this.#link = link;
    const opened = await open(link.offer);
    if (!('location' in opened)) {
      this.#fail(opened);
      return;
    }
    this.#location = opened.location;
    if (this.#isOver) {
      void this.#endSession();
      return;
    }
    onStep?.('answered');
    peers.iceServers(opened.iceServers);
    const { sent, received } = this.#streamsOf(link, opened.answer);
    for (const one of received) receivers.receive(link.peer, one);
    for (const one of sent) senders.send(link.peer, { ...one, active: true });
    if (this.#isOver) return;
    this.#cancelDeadline = clock.after(CONNECT_WITHIN_MS, () => this.#fail(words.notConnected));
  }

  /** Streams that the answer takes; none after a failure. */
  #streamsOf(link: WhipLink, answer: string): AcceptedStreams {
    try {
      return link.accept(answer);
    } catch (error) {
      this.#fail({ ...this.#options.words.refused, message: messageOf(error) });
      return { sent: [], received: [] };
    }
  }

  #changed(peer: number, state: PeerState, cause?: string): void {
    if (this.#isOver || peer !== this.#link?.peer) return;
    const { media, clock, words, onStep } = this.#options;
    if (state === 'ice-connected') {
      onStep?.('ice');
      return;
    }
    if (state === 'connected') {
      this.#cancelDeadline();
      const { senders } = media.plane;
      if (media.tracks.some(({ kind }) => kind === 'audio'))
        this.#stopMarks = speakMarks((number) => senders.playOnce(number), clock);
      onStep?.('connected');
      return;
    }
    // The server has ended the session itself.
    if (state === 'closed') this.#location = null;
    const lost = words.lost[state];
    this.#fail({ ...lost, ...(cause && { message: `${lost.message}: ${cause}` }) });
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
    this.#leaving = this.#leave();
    void this.#leaving.then(() => {
      this.#close('close');
      this.#resolveEnded(STOPPED);
    });
  }

  /** Ends the session, also one whose offer is under way: it ends when its answer has arrived. */
  async #leave(): Promise<void> {
    const { clock, answerAtEndWithinMs = END_WITHIN_MS, onNotEnded } = this.#options;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const cancel = clock.after(answerAtEndWithinMs, () => resolve(false));
    const done = (): boolean => true;
    const isAnswered = await Promise.race([this.#connecting.then(done, done), promise]);
    cancel();
    if (!isAnswered) onNotEnded?.('no_answer_to_offer');
    await this.#endSession();
  }

  /** Ends the session after a failure, so that the server does not wait for its media. */
  #fail(failure: Failure): void {
    if (this.#isOver) return;
    this.#over();
    this.#leaving = this.#leave();
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
    const { peers } = this.#options.media.plane;
    if (how === 'close') peers.closePeer(link.peer);
    else peers.dropPeer(link.peer);
    link.release();
  }

  get finished(): Promise<void> {
    return this.ended.then(() => this.#leaving);
  }

  #endSession(): Promise<void> {
    const location = this.#location;
    this.#location = null;
    if (location !== null) this.#ending = this.#endAt(location);
    return this.#ending;
  }

  async #endAt(location: string): Promise<void> {
    const { token, onNotEnded } = this.#options;
    const answer = await endMediaResource(location, token, END_WITHIN_MS);
    if (answer !== null) onNotEnded?.(answer);
  }
}

const STOPPED: Failure = { reason: 'encoder_ended', message: '', retryable: false };
