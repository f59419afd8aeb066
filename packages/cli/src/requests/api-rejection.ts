import { ApiRejection, apiErrorOf } from '@livekit-swarm/livekit';
import { errorCodeOf, SwarmError } from '@livekit-swarm/settings';

/**
 * Explains an API that does not answer, or rejects the key, to the user of a command.
 * @throws SwarmError; any other error as it is
 */
export const throwRejection = (error: unknown): never => {
  if (!(error instanceof ApiRejection)) throw error;
  const { reason, message, hint = 'check --url, --api-key and --api-secret' } = apiErrorOf(error);
  throw new SwarmError(errorCodeOf(reason), message, hint, { cause: error });
};
