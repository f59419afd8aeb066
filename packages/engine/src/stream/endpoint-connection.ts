import {
  type Clock,
  type EndpointRejection,
  endpointFailure,
  type Failure,
  isMediaResource,
  type MediaKind,
  openMediaResource,
} from '@livekit-swarm/livekit';
import type { StreamProtocol } from '@livekit-swarm/scenario';
import type { Emit } from '../event-lines.ts';
import type { EncoderEnd } from '../ingress/encoder.ts';
import type { StreamMedia } from '../native/participant/stream-media.ts';
import { ENDPOINT_WORDS } from './endpoint-words.ts';
import { type NotEnded, type StartedSession, startMediaSession } from './media-session.ts';
import type { ConnectionSteps, StreamConnection } from './stream-participant.ts';

/** Time for the answer to an offer, ms. */
const ANSWER_WITHIN_MS = 10_000;
/** The same at the end of a run, which waits 10 s for all participants, ms. */
const ANSWER_AT_END_WITHIN_MS = 7_000;
/** Redirects that are followed to another place of the same server (RFC 9725 §4.5). */
const MOST_REDIRECTS = 3;

export interface EndpointConnectionOptions {
  protocol: StreamProtocol;
  /** URL of the endpoint. */
  url: string;
  /** Secret; '': requests have no token. */
  token: string;
  media: StreamMedia;
  clock: Clock;
  cname: string;
  emit: Emit;
  /** Takes the end of a session that was connected. */
  onLost(): void;
}

/** Sessions of one participant at a WHIP or WHEP endpoint, one after the other. */
export class EndpointConnection implements StreamConnection {
  readonly #options: EndpointConnectionOptions;
  #session: StartedSession | null = null;
  /** Sessions that the server may have. */
  readonly #unfinished = new Set<Promise<void>>();

  constructor(options: EndpointConnectionOptions) {
    this.#options = options;
  }

  async start(): Promise<ConnectionSteps | Failure> {
    const { protocol, url, token, media, clock, cname } = this.#options;
    const steps: ConnectionSteps = {};
    const { promise, resolve } = Promise.withResolvers<ConnectionSteps>();
    const session = startMediaSession({
      ...{ media, clock, cname, token, words: ENDPOINT_WORDS },
      receive: protocol === 'whep' ? RECEIVED : [],
      open: async (offer) => {
        const opened = await openMediaResource({
          ...{ url, token, offer },
          ...{ timeoutMs: ANSWER_WITHIN_MS, redirects: MOST_REDIRECTS },
        });
        if (isMediaResource(opened)) return opened;
        const cause = remainderOf(opened);
        if (cause !== null) this.#warn(cause);
        return endpointFailure(opened);
      },
      onStep: (step) => {
        if (step === 'answered') steps.signal = clock.now();
        else if (step === 'ice') steps.ice = clock.now();
        else resolve(steps);
      },
      answerAtEndWithinMs: ANSWER_AT_END_WITHIN_MS,
      onNotEnded: (cause) => this.#warn(wordsOf(cause)),
    });
    this.#session = session;
    const { finished } = session;
    this.#unfinished.add(finished);
    void finished.then(() => this.#unfinished.delete(finished));
    return await Promise.race([promise, session.ended]);
  }

  async lost(): Promise<Failure | null> {
    const failure = (await this.#session?.ended) ?? null;
    this.#options.onLost();
    return failure;
  }

  stop(how: EncoderEnd): void {
    this.#session?.stop(how);
  }

  /** Resolves when no session at the server is left to end. */
  get ended(): Promise<unknown> {
    return Promise.all(this.#unfinished);
  }

  #warn(cause: string): void {
    const { emit, clock } = this.#options;
    emit('warning', clock.now(), {
      reason: 'endpoint_not_ended',
      message: `${cause}: the server may keep a session until its media times out`,
    });
  }
}

const wordsOf = (cause: NotEnded): string => {
  if (cause === 'no_answer_to_offer') return 'the offer had no answer at the end';
  return `the end of a session is not confirmed (${cause === 'no_answer' ? 'no answer' : `HTTP ${cause}`} to DELETE)`;
};

/** Cause for which a server that gave no session may have one; null: it has none. */
const remainderOf = (rejection: EndpointRejection): string | null => {
  if (rejection.kind === 'no_location') return 'a session without a usable URL cannot be ended';
  return rejection.kind === 'no_answer' && rejection.mayRemain
    ? 'the answer to an offer did not arrive whole'
    : null;
};

const RECEIVED: readonly MediaKind[] = ['audio', 'video'];
