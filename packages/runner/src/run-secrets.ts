import type { LoadGuard } from '@livekit-swarm/livekit';
import type { Plan } from '@livekit-swarm/scenario';
import type { Deployment } from './deployment.ts';
import { type E2eeSecrets, readE2eeSecrets } from './e2ee-secrets.ts';
import { scenarioReader } from './scenario-reader.ts';
import { readStreamTokens, type StreamTokens } from './stream-tokens.ts';
import { readTokenHeaders, type TokenEndpoints, tokenEndpointsFor } from './token-endpoints.ts';

/**
 * Secrets that the scenario of a run names. They are read once; workers receive them with the
 * tokens, and the record contains only their sources.
 */
export interface RunSecrets {
  /** Key or passphrase of a participant with end-to-end encryption. */
  e2eeOf: E2eeSecrets;
  /** Bearer tokens of WHIP and WHEP endpoints. */
  streamTokenOf: StreamTokens;
  /** Token endpoints of a deployment. */
  endpointsFor(deployment: Pick<Deployment, 'url'>): TokenEndpoints;
}

/**
 * Reads the secrets of a run.
 * @throws SwarmError `usage` if a secret is missing, cannot be used, or may not be read; its
 * message never contains the secret
 */
export const readRunSecrets = async (
  plan: Pick<Plan, 'scenario' | 'participants'>,
  guard: Pick<LoadGuard, 'reads'>,
): Promise<RunSecrets> => {
  const reader = scenarioReader(guard);
  const e2eeOf = await readE2eeSecrets(plan, reader);
  const headers = await readTokenHeaders(plan, reader);
  const streamTokenOf = await readStreamTokens(plan, reader);
  return {
    ...{ e2eeOf, streamTokenOf },
    endpointsFor: (deployment) => tokenEndpointsFor(headers, deployment),
  };
};
