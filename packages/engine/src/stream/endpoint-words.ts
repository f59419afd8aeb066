import type { Failure } from '@livekit-swarm/livekit';
import { CONNECT_WITHIN_MS, type SessionWords } from './media-session.ts';

const lost = (message: string): Failure => ({ reason: 'endpoint_lost', message, retryable: true });

/** Failures of sessions at WHIP and WHEP endpoints of any server. */
export const ENDPOINT_WORDS: SessionWords = {
  notConnected: {
    reason: 'endpoint_not_connected',
    message: `the server answered, but no connection for media was made within ${CONNECT_WITHIN_MS} ms`,
    hint: 'its UDP ports must be reachable at the addresses of its candidates; or use path: turn-udp, if it names TURN servers',
    retryable: true,
  },
  refused: {
    reason: 'endpoint_offer_refused',
    hint: 'the server takes other codecs: choose another in publish',
    retryable: false,
  },
  lost: {
    disconnected: lost('the server no longer answers the checks of the connection'),
    closed: lost('the server has closed the connection'),
    failed: lost('the connection for media failed'),
    no_route: lost('this host has no route to the addresses that the server offers for media'),
    no_socket: lost('this host has no socket for the addresses that the server offers for media'),
  },
};
