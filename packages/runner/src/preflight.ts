import { parseServerUrl, validateAdmission } from '@livekit-swarm/livekit';
import type { ParticipantPlan } from '@livekit-swarm/scenario';
import { SwarmError } from '@livekit-swarm/settings';
import type { Deployment } from './deployment.ts';
import { admit } from './tokens.ts';

/** A server that takes longer to say yes is in no state to take a crowd. */
const TIMEOUT_MS = 10_000;

/**
 * Asks the deployment, before a crowd is sent, whether it would let the first of them in.
 * @returns the newest signalling that it knows
 * @throws SwarmError when it cannot be reached or says no; SwarmError `usage` when its address makes no sense
 */
export const preflight = async (
  deployment: Deployment,
  first: ParticipantPlan,
): Promise<'v0' | 'v1'> => {
  const { token } = await admit(deployment, first, 60);
  return await askWith(deployment.url, token);
};

/**
 * The same with a token made elsewhere.
 * @throws SwarmError, SwarmError `usage`
 */
export const askWith = async (url: string, token: string): Promise<'v0' | 'v1'> => {
  const answer = await validateAdmission({ url, token, timeoutMs: TIMEOUT_MS });
  if (answer.ok) return answer.signalling;
  const { reason, message, hint } = answer.rejection;
  throw new SwarmError(reason, message, hint ?? null);
};

/**
 * Looks at an address without going there.
 * @throws SwarmError `usage`
 */
export const checkAddress = (url: string): void => {
  parseServerUrl(url);
};
