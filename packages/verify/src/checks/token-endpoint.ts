import {
  type Failure,
  isTicket,
  type Ticket,
  type Validation,
  validateAdmission,
} from '@livekit-swarm/livekit';
import { type Check, type CheckResult, found, passed, skipped, unknown } from '../check.ts';
import { causeOf } from './answer-cause.ts';

/** Errors of this host, which show nothing about the endpoint. */
const OWN_HOST: ReadonlySet<string> = new Set(['dns_failed', 'no_route', 'no_socket']);
const SLOW_MS = 1_000;
const TIMEOUT_MS = 5_000;

/**
 * Result of the check.
 * @param admission answer of the named server to the token; null: no answer
 */
export const tokenEndpointRule = (
  answer: Ticket | Failure,
  tookMs: number,
  admission: Validation | null,
): CheckResult => {
  if (!isTicket(answer))
    return OWN_HOST.has(answer.reason)
      ? unknown(answer.message)
      : found('error', [`${answer.message} (${answer.reason})`], answer.hint);
  if (admission !== null && !admission.ok) {
    const { message, reason, hint, answer: refusal } = admission.rejection;
    const evidence = [`its token is not accepted: ${message} (${reason})`];
    const cause = causeOf(refusal);
    // A proxy passes the token of the check `admission`, and not this one, which may be longer.
    if (cause !== undefined) return found('error', evidence, hint, cause);
    return found(
      'error',
      evidence,
      reason === 'room_not_found'
        ? 'rooms are only created by the API (room.auto_create: false): let the application create the room before it gives out the token'
        : 'sign with a key of this deployment, for the room that is asked for, and check the clock of the application',
    );
  }
  const took = `it answered after ${Math.round(tookMs)} ms, and the server accepts its token`;
  return tookMs > SLOW_MS
    ? found('warning', [took], 'each join waits for it: look at its load and its database')
    : passed(took);
};

export const tokenEndpoint: Check = {
  id: 'token-endpoint',
  title: 'The token endpoint of the application answers with a token that is accepted',
  severities: ['error', 'warning'],
  cause:
    'The application does not answer as LiveKit’s SDKs expect, or signs with a key of another deployment: users do not get as far as LiveKit',
  fix: 'answer POST with { "server_url": "wss://…", "participant_token": "…" }',
  needs: ['admission'],
  run: async ({ ticket }) => {
    const asked = await ticket();
    if (asked === null) return skipped('give the endpoint: --token-endpoint');
    const { answer, tookMs } = asked;
    if (!isTicket(answer)) return tokenEndpointRule(answer, tookMs, null);
    const { url, token } = answer;
    return tokenEndpointRule(
      answer,
      tookMs,
      await validateAdmission({ url, token, timeoutMs: TIMEOUT_MS }),
    );
  },
};
