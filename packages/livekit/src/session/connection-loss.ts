import { ReconnectReason } from '@livekit/protocol';
import type { Failure } from '../failure.ts';
import type { TransportPhase } from './peers.ts';

/** Failed part of a connection, and the recovery that remains possible. */
export interface ConnectionLoss {
  failure: Failure;
  /**
   * `resume` keeps peer connections and subscriptions, `reconnect` starts a new session, `none`:
   * the server or the token forbids both.
   */
  way: 'resume' | 'reconnect' | 'none';
  cause: ReconnectReason;
}

/** Step in which an attempt timed out. */
export type RecoveryStep = 'signal' | Exclude<TransportPhase, 'ready'> | 'publish';

const TIMEOUTS: Record<RecoveryStep, { reason: string; message: string }> = {
  signal: {
    reason: 'signal_timeout',
    message: 'the server did not answer on the signal connection',
  },
  description: { reason: 'answer_timeout', message: 'the server sent no session description' },
  ice: { reason: 'ice_timeout', message: 'no path to the server was found' },
  dtls: { reason: 'dtls_timeout', message: 'the DTLS handshake did not finish' },
  publish: { reason: 'publish_timeout', message: 'the server did not acknowledge the tracks' },
};

/**
 * Recovery after a timeout: a resume after a signalling timeout; new peer connections after any
 * other.
 */
export const timeoutLoss = (step: RecoveryStep, timeoutMs: number): ConnectionLoss => ({
  failure: {
    reason: TIMEOUTS[step].reason,
    message: `${TIMEOUTS[step].message} within ${timeoutMs / 1_000} s`,
    retryable: true,
  },
  way: step === 'signal' ? 'resume' : 'reconnect',
  cause: ReconnectReason.RR_UNKNOWN,
});
