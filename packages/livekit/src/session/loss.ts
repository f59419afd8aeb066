import { ReconnectReason } from '@livekit/protocol';
import type { Failure } from '../failure.ts';
import type { TransportPhase } from './peers.ts';

/** What broke, or what did not come about, and the way back that is left. */
export interface Loss {
  failure: Failure;
  /** `resume` keeps PeerConnections and subscriptions, `reconnect` begins anew, `none`: the server or the token says it is over. */
  way: 'resume' | 'reconnect' | 'none';
  cause: ReconnectReason;
}

/** Where an attempt stood when its time was up. */
export type Step = 'signal' | Exclude<TransportPhase, 'ready'> | 'publish';

const TIMEOUTS: Record<Step, { reason: string; message: string }> = {
  signal: {
    reason: 'signal_timeout',
    message: 'the server did not answer on the signal connection',
  },
  description: { reason: 'answer_timeout', message: 'the server sent no session description' },
  ice: { reason: 'ice_timeout', message: 'no UDP path to the server was found' },
  dtls: { reason: 'dtls_timeout', message: 'the DTLS handshake did not finish' },
  publish: { reason: 'publish_timeout', message: 'the server did not acknowledge the tracks' },
};

/** A signal connection that says nothing may be tried again as it is; PeerConnections that do not come up are replaced. */
export const timeoutLoss = (step: Step, timeoutMs: number): Loss => ({
  failure: {
    reason: TIMEOUTS[step].reason,
    message: `${TIMEOUTS[step].message} within ${timeoutMs / 1_000} s`,
    retryable: true,
  },
  way: step === 'signal' ? 'resume' : 'reconnect',
  cause: ReconnectReason.RR_UNKNOWN,
});
