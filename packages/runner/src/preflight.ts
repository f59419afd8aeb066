import { setTimeout as sleep } from 'node:timers/promises';
import {
  askTokenEndpoint,
  clockProblem,
  isTicket,
  parseServerUrl,
  readServerClock,
  type TokenEndpoint,
  validateAdmission,
} from '@livekit-swarm/livekit';
import type { ParticipantPlan } from '@livekit-swarm/scenario';
import { errorCodeOf, SwarmError } from '@livekit-swarm/settings';
import { createAdmission } from './admissions.ts';
import type { Deployment } from './deployment.ts';

/** Time within which a server that is ready for load answers, ms. */
const TIMEOUT_MS = 10_000;
const TOKEN_SECONDS = 60;

const LOOKUP_ATTEMPTS = 4;
const LOOKUP_PAUSE_MS = 1_000;

/**
 * Asks the deployment whether it would admit a participant, before any load is sent.
 * @returns newest signalling that the deployment supports
 * @throws SwarmError if the deployment is unreachable or rejects the participant; SwarmError
 * `clock_wrong` if its clock and the clock of this host differ too much; SwarmError `usage` if its
 * address is invalid
 */
export const preflight = async (
  deployment: Deployment,
  first: ParticipantPlan,
  endpoint?: TokenEndpoint,
): Promise<'v0' | 'v1'> => {
  if (endpoint !== undefined) {
    const answer = await askTokenEndpoint(endpoint, first, TIMEOUT_MS);
    if (isTicket(answer)) return await validateWith(answer.url, answer.token);
    throw new SwarmError(errorCodeOf(answer.reason), answer.message, answer.hint ?? null);
  }
  const { token } = await createAdmission(deployment, first, TOKEN_SECONDS);
  return await validateWith(deployment.url, token);
};

/**
 * Asks whether the server creates a room when its first participant joins (`room.auto_create`).
 * @param stranger participant of a room that does not exist
 * @returns true also after any other error, which `preflight` reports
 */
export const createsRoomOf = async (
  deployment: Deployment,
  stranger: ParticipantPlan,
): Promise<boolean> => {
  const { url } = deployment;
  const { token } = await createAdmission(deployment, stranger, TOKEN_SECONDS);
  const answer = await validateAdmission({ url, token, timeoutMs: TIMEOUT_MS });
  return answer.ok || answer.rejection.reason !== 'room_not_found';
};

/**
 * Asks as `preflight` does, with a given token.
 * @throws SwarmError; SwarmError `usage` if the address is invalid
 */
export const validateWith = async (url: string, token: string): Promise<'v0' | 'v1'> => {
  for (let attempt = 1; ; attempt++) {
    const [answer, clock] = await Promise.all([
      validateAdmission({ url, token, timeoutMs: TIMEOUT_MS }),
      readServerClock(url, TIMEOUT_MS),
    ]);
    // The clock is checked first: if it is wrong, it may have caused the rejection, which then
    // proves nothing about the deployment.
    const wrong = clock === null ? null : clockProblem(clock, parseServerUrl(url).http);
    if (wrong !== null) throw wrong;
    if (answer.ok) return answer.signalling;
    const { reason, message, hint } = answer.rejection;
    // A resolver that fails for a second has no meaning for the deployment.
    if (reason !== 'dns_failed' || attempt === LOOKUP_ATTEMPTS)
      throw new SwarmError(reason, message, hint ?? null);
    await sleep(LOOKUP_PAUSE_MS);
  }
};

/**
 * Checks an address without connecting.
 * @throws SwarmError `usage`
 */
export const checkAddress = (url: string): void => {
  parseServerUrl(url);
};
