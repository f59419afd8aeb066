import {
  type Clock,
  endpointFailure,
  type Failure,
  isMediaResource,
  type MediaKind,
  openMediaResource,
} from '@livekit-swarm/livekit';
import type { StreamProtocol } from '@livekit-swarm/scenario';
import type { Emit } from '../event-lines.ts';
import type { Encoder, EncoderEnd } from '../ingress/encoder.ts';
import type { StreamMedia } from '../native/participant/stream-media.ts';
import { ENDPOINT_WORDS } from './endpoint-words.ts';
import { startMediaSession } from './media-session.ts';
import type { ConnectionSteps, StreamConnection } from './stream-participant.ts';

/** Time for the answer to an offer, ms. */
const ANSWER_WITHIN_MS = 10_000;
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
  #session: Encoder | null = null;

  constructor(options: EndpointConnectionOptions) {
    this.#options = options;
  }

  async start(): Promise<ConnectionSteps | Failure> {
    const { protocol, url, token, media, clock, cname, emit } = this.#options;
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
        return isMediaResource(opened) ? opened : endpointFailure(opened);
      },
      onStep: (step) => {
        if (step === 'answered') steps.signal = clock.now();
        else if (step === 'ice') steps.ice = clock.now();
        else resolve(steps);
      },
      onNotEnded: (answer) =>
        emit('warning', clock.now(), {
          reason: 'endpoint_not_ended',
          message: `the server did not confirm the end of the session (${answer === 'no_answer' ? 'no answer' : `HTTP ${answer}`} to DELETE): it may keep it until its media times out`,
        }),
    });
    this.#session = session;
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

  /** Resolves when the session at the server has ended. */
  get ended(): Promise<unknown> {
    return this.#session?.ended ?? Promise.resolve();
  }
}

const RECEIVED: readonly MediaKind[] = ['audio', 'video'];
