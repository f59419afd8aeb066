import {
  DEFAULT_LIVEKIT_VERSION,
  type LiveKitVersion,
  type StartOptions,
} from '@livekit-swarm/lab';
import { checkAddress } from '@livekit-swarm/runner';
import { usageError } from '@livekit-swarm/settings';
import type { CrowdFlags } from './flags.ts';

/** Target of a run: the user's deployment, or an embedded server. */
export type Target =
  | { type: 'remote'; url: string; apiKey: string; apiSecret: string }
  | { type: 'embedded'; version: LiveKitVersion; server?: ServerChanges };

/** How an embedded server differs from the default. */
export type ServerChanges = Pick<StartOptions, 'serverPath' | 'config' | 'cpuCores' | 'env'>;

type TargetFlags = Pick<CrowdFlags, 'url' | 'apiKey' | 'apiSecret' | 'livekitVersion'>;

/**
 * @param typed whether a flag stood on the command line: a key that only the environment holds does not contradict a server of our own
 * @throws SwarmError `usage`
 */
export const readTarget = (
  { url, apiKey, apiSecret, livekitVersion }: TargetFlags,
  typed: (flag: keyof TargetFlags) => boolean,
): Target => {
  if (url !== undefined) {
    checkAddress(url);
    if (livekitVersion !== undefined && typed('livekitVersion')) {
      throw usageError(
        '--livekit-version is of a server started here, but --url (or LIVEKIT_URL) names a running one',
        'leave one out',
      );
    }
    if (apiKey === undefined || apiSecret === undefined) {
      const missing = [
        apiKey === undefined ? 'API key' : '',
        apiSecret === undefined ? 'API secret' : '',
      ].filter((one) => one !== '');
      throw usageError(
        `--url ${url}: the ${missing.join(' and ')} of this deployment ${missing.length > 1 ? 'are' : 'is'} missing`,
        'set LIVEKIT_API_KEY and LIVEKIT_API_SECRET, or leave the URL out to test a server started here',
      );
    }
    return { type: 'remote', url, apiKey, apiSecret };
  }
  for (const flag of ['apiKey', 'apiSecret'] as const) {
    if (typed(flag)) {
      throw usageError(
        `--api-${flag === 'apiKey' ? 'key' : 'secret'} has no effect without --url: a server started here gets keys of its own`,
        'add --url or leave it out',
      );
    }
  }
  return { type: 'embedded', version: livekitVersion ?? DEFAULT_LIVEKIT_VERSION };
};
