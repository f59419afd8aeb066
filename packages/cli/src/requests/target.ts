import type { RemoteTarget, RunRequest, Target } from '@livekit-swarm/campaign';
import { parseServerSpec } from '@livekit-swarm/campaign/server';
import { checkAddress, readCalibrationChoice } from '@livekit-swarm/runner';
import { type Connect, parseConnect } from '@livekit-swarm/scenario';
import { usageError, withoutSecrets } from '@livekit-swarm/settings';
import type { TargetFlags } from '../flags/deployment.ts';
import type { SharedRunFlags } from '../flags/run.ts';
import type { TokenEndpointFlags } from '../flags/token-endpoint.ts';
import { isCi } from './is-ci.ts';
import { readLoadGuard } from './load-guard.ts';
import { readQueueChoice } from './queue.ts';
import { readServerMetrics } from './server-metrics.ts';
import { readToleratedLoss } from './tolerated-loss.ts';
import { wholeNumber } from './whole-number.ts';

/**
 * @param typed whether a flag was given on the command line: a key in the environment does not conflict with a local server
 * @throws SwarmError `usage`
 */
export const readTarget = (
  flags: TargetFlags,
  typed: (flag: keyof TargetFlags) => boolean,
  env: NodeJS.ProcessEnv,
): Target => {
  const { server } = flags;
  const url = chosenUrl(flags, typed);
  if (url !== undefined)
    return remoteAt(url, flags, typed, `${SET_KEYS}, or add --embedded to test a local server`);
  if (server === undefined) assertEmbeddedWanted(flags.embedded === true, env);
  for (const flag of ['apiKey', 'apiSecret'] as const) {
    if (typed(flag)) {
      throw usageError(
        `--api-${flag === 'apiKey' ? 'key' : 'secret'} has no effect without --url: a local server gets its own keys`,
        'add --url or leave it out',
      );
    }
  }
  if (typed('ca'))
    throw usageError('--ca has no effect without --url', 'add --url or leave it out');
  return {
    type: 'embedded',
    server: server === undefined ? null : parseServerSpec(server),
    ...(flags.url !== undefined && {
      insteadOf: { url: flags.url, flag: server === undefined ? '--embedded' : '--server' },
    }),
  };
};

/**
 * Reads the deployment of a command that starts no server.
 * @throws SwarmError `usage`
 */
export const readDeployment = (
  flags: TargetFlags,
  typed: (flag: keyof TargetFlags) => boolean,
): RemoteTarget => {
  if (flags.url !== undefined) return remoteAt(flags.url, flags, typed, SET_KEYS);
  throw usageError('no deployment is named', 'give --url, or set LIVEKIT_URL');
};

const SET_KEYS = 'set LIVEKIT_API_KEY and LIVEKIT_API_SECRET';

/**
 * The deployment at a URL.
 * @param hint next step where its keys are missing
 */
const remoteAt = (
  url: string,
  { apiUrl, apiKey, apiSecret }: TargetFlags,
  typed: (flag: keyof TargetFlags) => boolean,
  hint: string,
): RemoteTarget => {
  checkAddress(url);
  if (apiKey === undefined || apiSecret === undefined) {
    const missing = [
      apiKey === undefined ? 'API key' : '',
      apiSecret === undefined ? 'API secret' : '',
    ].filter((one) => one !== '');
    // The URL may be of the environment or of swarm.yaml.
    throw usageError(
      `${typed('url') ? '--url ' : ''}${withoutSecrets(url)}: the ${missing.join(' and ')} of this deployment ${missing.length > 1 ? 'are' : 'is'} missing`,
      hint,
    );
  }
  if (apiUrl === undefined) return { type: 'remote', url, apiKey, apiSecret };
  checkAddress(apiUrl);
  return { type: 'remote', url, apiUrl, apiKey, apiSecret };
};

/** Flags that ask for a server of this host. */
const LOCAL_SERVERS = ['server', 'embedded'] as const;

/** The URL, unless --server or --embedded overrides it: flags override the environment. */
const chosenUrl = (
  flags: TargetFlags,
  typed: (flag: keyof TargetFlags) => boolean,
): string | undefined => {
  const { url } = flags;
  const local = LOCAL_SERVERS.filter((flag) => flags[flag] !== undefined && flags[flag] !== false);
  const [first] = local;
  if (url === undefined || first === undefined) return url;
  const typedLocal = local.find(typed);
  if (typed('url') === (typedLocal !== undefined))
    throw usageError(
      `--${typedLocal ?? first} and --url: these are two servers, one that is started on this host and one that runs already`,
      'leave one out',
    );
  return typed('url') ? url : undefined;
};

/**
 * Requires --embedded in CI: a pipeline whose URL is missing would test a server of its own, and pass.
 * @throws SwarmError `usage`
 */
export const assertEmbeddedWanted = (embedded: boolean, env: NodeJS.ProcessEnv): void => {
  if (embedded || !isCi(env)) return;
  throw usageError(
    `no server is named, and this is a CI job (CI=${env.CI})`,
    'give --url (or LIVEKIT_URL), or --embedded to test a livekit-server that is started for the run',
  );
};

const MAX_PROCESSES = 256;

/**
 * Target and generator settings of a run, from flags.
 * @param typed whether a flag was given on the command line
 * @throws SwarmError `usage`
 */
export const readSharedRunFlags = (
  flags: SharedRunFlags,
  typed: (flag: keyof SharedRunFlags) => boolean,
  env: NodeJS.ProcessEnv,
): Omit<RunRequest, 'scenario'> => {
  const target = readTarget(flags, typed, env);
  const guard = readLoadGuard(flags, typed, env, { kind: 'run', target });
  const tokenEndpoint = readConnect(flags);
  if (tokenEndpoint !== null && !typed('tokenEndpoint'))
    guard.assertEndpoint(tokenEndpoint, 'environment');
  return {
    target,
    guard,
    tokenEndpoint,
    queue: readQueueChoice(flags, target, env),
    serverMetrics: readServerMetrics(flags, target, typed),
    toleratedLoss: readToleratedLoss(flags.tolerateLost),
    signalling: flags.signalling,
    reconnectPolicy: flags.reconnectPolicy,
    workers: readProcesses(flags.processes),
    calibration: readCalibrationChoice(flags.calibration),
    ...(flags.browser !== undefined && { browser: flags.browser }),
  };
};

/** `--token-endpoint` and what belongs to it. @throws SwarmError `usage` */
export const readConnect = ({
  tokenEndpoint,
  tokenHeader,
  tokenServer,
}: TokenEndpointFlags): Connect | null => {
  if (tokenEndpoint !== undefined) return parseConnect(tokenEndpoint, tokenHeader, tokenServer);
  if (tokenHeader.length + tokenServer.length === 0) return null;
  throw usageError(
    '--token-header and --token-server have no effect without --token-endpoint',
    'add the URL of the endpoint, or leave them out',
  );
};

const processesOf = wholeNumber(
  '--processes',
  1,
  MAX_PROCESSES,
  'leave it out for the automatic choice',
);

/** @returns null: automatic */
export const readProcesses = (text: string | undefined): number | null =>
  text === undefined ? null : processesOf(text);
