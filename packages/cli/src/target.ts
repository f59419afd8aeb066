import {
  DEFAULT_LIVEKIT_VERSION,
  type LiveKitVersion,
  type StartOptions,
} from '@livekit-swarm/lab';
import { checkAddress } from '@livekit-swarm/runner';
import { usageError } from '@livekit-swarm/settings';
import type { RunRequest, ScenarioRun } from './execute-scenario.ts';
import type { SharedRunFlags } from './flags.ts';

/** Target of a run: the user's deployment, or an embedded server. */
export type Target =
  | { type: 'remote'; url: string; apiKey: string; apiSecret: string }
  | { type: 'embedded'; version: LiveKitVersion; server?: ServerChanges };

/** How an embedded server differs from the default. */
export type ServerChanges = Pick<StartOptions, 'serverPath' | 'config' | 'cpuCores' | 'env'>;

type TargetFlags = Pick<SharedRunFlags, 'url' | 'apiKey' | 'apiSecret' | 'livekitVersion'>;

/**
 * @param typed whether a flag was given on the command line: a key in the environment does not conflict with a local server
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
        '--livekit-version applies to a local server, but --url (or LIVEKIT_URL) names a deployment',
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
        'set LIVEKIT_API_KEY and LIVEKIT_API_SECRET, or leave the URL out to test a local server',
      );
    }
    return { type: 'remote', url, apiKey, apiSecret };
  }
  for (const flag of ['apiKey', 'apiSecret'] as const) {
    if (typed(flag)) {
      throw usageError(
        `--api-${flag === 'apiKey' ? 'key' : 'secret'} has no effect without --url: a local server gets its own keys`,
        'add --url or leave it out',
      );
    }
  }
  return { type: 'embedded', version: livekitVersion ?? DEFAULT_LIVEKIT_VERSION };
};

const MAX_WORKERS = 256;

/**
 * Target and generator settings of a run, from flags.
 * @param typed whether a flag was given on the command line
 * @throws SwarmError `usage`
 */
export const readSharedRunFlags = (
  flags: SharedRunFlags,
  typed: (flag: keyof SharedRunFlags) => boolean,
): Omit<RunRequest, 'scenario'> & Pick<ScenarioRun, 'reconnectPolicy'> => ({
  target: readTarget(flags, typed),
  signalling: flags.signalling,
  reconnectPolicy: flags.reconnectPolicy,
  workers: readWorkers(flags.workers),
});

export const readWorkers = (text: string | undefined): number | null => {
  if (text === undefined) return null;
  const count = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (count >= 1 && count <= MAX_WORKERS) return count;
  throw usageError(
    `--workers ${text}: must be a whole number from 1 to ${MAX_WORKERS}`,
    'leave it out for the automatic choice',
  );
};
