import { type Clock, type Failure, openWhip } from '@livekit-swarm/livekit';
import type { IngressStream } from '../engine.ts';
import type { StreamMedia } from '../native/participant/stream-media.ts';
import {
  CONNECT_WITHIN_MS,
  type SessionWords,
  startMediaSession,
} from '../stream/media-session.ts';
import type { Encoder } from './encoder.ts';

/** Time for the answer to an offer, ms: livekit/ingress gives itself 5 s. */
const ANSWER_WITHIN_MS = 10_000;

/** Starts a WHIP client of livekit/ingress (RFC 9725). */
export const startWhip = (
  { url, streamKey }: IngressStream,
  media: StreamMedia,
  clock: Clock,
  cname: string,
): Encoder =>
  startMediaSession({
    ...{ media, clock, cname, receive: [], token: streamKey, words: WORDS },
    open: (offer) => openWhip({ url, streamKey, offer, timeoutMs: ANSWER_WITHIN_MS }),
  });

const lost = (message: string): Failure => ({ reason: 'whip_lost', message, retryable: true });

const WORDS: SessionWords = {
  notConnected: {
    reason: 'whip_not_connected',
    message: `ingress answered, but media did not reach it within ${CONNECT_WITHIN_MS} ms`,
    hint: 'its UDP port must be reachable: rtc_config.udp_port, use_external_ip or node_ip of ingress',
    retryable: true,
  },
  refused: {
    reason: 'whip_offer_refused',
    hint: 'livekit/ingress takes one audio in Opus and one video in VP8 or H.264',
    retryable: false,
  },
  lost: {
    disconnected: lost('ingress no longer answers the checks of the connection'),
    closed: lost('ingress has closed the connection'),
    failed: lost('the connection for media failed'),
    no_route: lost('this host has no route to the addresses that ingress offers for media'),
    no_socket: lost('this host has no socket for the addresses that ingress offers for media'),
  },
};
