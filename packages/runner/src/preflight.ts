import {
  FailureError,
  parseServerUrl,
  type Validation,
  validateAdmission,
} from '@livekit-swarm/livekit';
import type { ParticipantPlan } from '@livekit-swarm/scenario';
import { UsageError } from '@livekit-swarm/settings';
import { type Deployment, DeploymentError } from './deployment.ts';
import { admit } from './tokens.ts';

/** A server that takes longer to say yes is in no state to take a crowd. */
const TIMEOUT_MS = 10_000;

/**
 * Asks the deployment, before a crowd is sent, whether it would let the first of them in.
 * @returns the newest signalling that it knows
 * @throws DeploymentError when it cannot be reached or says no; UsageError when its address makes no sense
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
 * @throws DeploymentError, UsageError
 */
export const askWith = async (url: string, token: string): Promise<'v0' | 'v1'> => {
  const answer = await validate(url, token);
  if (answer.ok) return answer.signalling;
  const { reason, message, hint } = answer.refusal;
  throw new DeploymentError(reason, message, hint ?? null);
};

/**
 * Looks at an address without going there.
 * @throws UsageError
 */
export const checkAddress = (url: string): void => {
  try {
    parseServerUrl(url);
  } catch (error) {
    throw asUsageError(error);
  }
};

const validate = async (url: string, token: string): Promise<Validation> => {
  try {
    return await validateAdmission({ url, token, timeoutMs: TIMEOUT_MS });
  } catch (error) {
    throw asUsageError(error);
  }
};

const asUsageError = (error: unknown): unknown =>
  error instanceof FailureError
    ? new UsageError(error.failure.message, error.failure.hint ?? null)
    : error;
