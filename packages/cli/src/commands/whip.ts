import type { RemoteTarget } from '@livekit-swarm/campaign';
import { LoadGuard, readHostRules } from '@livekit-swarm/livekit';
import { readCalibrationChoice } from '@livekit-swarm/runner';
import { scenarioOfStreams } from '@livekit-swarm/scenario';
import { type ExitCode, type SecretRef, usageError } from '@livekit-swarm/settings';
import { withTags } from '../adjust-scenario.ts';
import type { Console } from '../console.ts';
import type { HostFlags } from '../flags/host-rules.ts';
import type { SharedRunFlags } from '../flags/run.ts';
import { readPermission } from '../requests/read-permission.ts';
import { readProcesses } from '../requests/target.ts';
import { wholeNumber } from '../requests/whole-number.ts';

export interface WhipFlags extends Omit<SharedRunFlags, keyof HostFlags | 'url'>, HostFlags {
  whip?: string;
  whep?: string;
  streams: string;
  players: string;
  publish?: string;
  video?: string;
  codec?: string;
  simulcast?: boolean;
  path?: string;
  joinRate?: string;
  duration?: string;
  token?: string;
}

const MOST_STREAMS = 10_000;
const MOST_PLAYERS = 100_000;
/** Flags that name servers. */
const URLS = ['whip', 'whep'] as const;

/**
 * `swarm whip`: publishers and players at WHIP and WHEP endpoints, and a verdict.
 * @param typed whether a flag was given on the command line
 * @throws SwarmError `usage` before anything was started
 */
export const whipCommand = async (
  flags: WhipFlags,
  typed: (flag: keyof WhipFlags) => boolean,
  console: Console,
): Promise<ExitCode> => {
  const { whip, whep, streams, players, token, threshold, tag } = flags;
  assertUseful(flags, typed);
  const { joinRate, ...load } = flags;
  const described = scenarioOfStreams(
    {
      ...load,
      ...{ joinRate: joinRate === undefined ? undefined : rateOf(joinRate) },
      streams: wholeNumber('--streams', 1, MOST_STREAMS)(streams),
      players: wholeNumber('--players', 1, MOST_PLAYERS)(players),
      token: token === undefined ? undefined : readPlace(token),
    },
    threshold,
  );
  const scenario = withTags(described, tag);
  const target: RemoteTarget = {
    ...{ type: 'remote', url: new URL(whip ?? whep ?? '').origin, apiKey: '', apiSecret: '' },
  };
  const guard = LoadGuard.of({
    rules: readHostRules(flags, console.env),
    ...{ kind: 'run', url: target.url },
    typed: URLS.flatMap((flag) => (typed(flag) ? (flags[flag] ?? []) : [])),
    ...{ joinExistingRooms: false, withOtherUsers: false },
    reads: readPermission(token === undefined ? {} : { e2ee: token }),
  });
  for (const flag of URLS) {
    const url = flags[flag];
    if (url !== undefined && !typed(flag))
      guard.assertEndpoint({ url, servers: [] }, 'environment');
  }
  // Loaded now: a load that is refused needs none of it.
  const { executeSequence, openOutput, planRun, readBaseline } = await import('../execution.ts');
  const output = openOutput(flags, console);
  const planned = planRun({
    ...{ scenario, target, guard, signalling: 'auto' },
    reconnectPolicy: flags.reconnectPolicy,
    workers: readProcesses(flags.processes),
    calibration: readCalibrationChoice(flags.calibration),
  });
  const baseline = await readBaseline(flags, scenario, false);
  return await executeSequence(
    [{ planned, recordDir: flags.record ?? null, baseline }],
    flags,
    output,
    console,
  );
};

/** @throws SwarmError `usage` for flags without an effect */
const assertUseful = (
  { whip, whep }: WhipFlags,
  typed: (flag: keyof WhipFlags) => boolean,
): void => {
  if (whip === undefined && whep === undefined)
    throw usageError(
      'neither --whip nor --whep names an endpoint',
      'give the URL of a WHIP endpoint to publish, of a WHEP endpoint to play, or both',
    );
  if (whep === undefined && typed('players'))
    throw usageError('--players has no effect without --whep', 'add --whep URL or leave it out');
  for (const flag of ['publish', 'video', 'codec', 'simulcast'] as const)
    if (whip === undefined && typed(flag))
      throw usageError(
        `--${flag} has no effect without --whip`,
        'players take what the server has: add --whip URL or leave it out',
      );
};

/** Rate in the form of a scenario file: a number alone counts per second. */
const rateOf = (text: string): string =>
  /^\s*\d+(\.\d+)?\s*$/.test(text) ? `${text.trim()}/s` : text;

/** @throws SwarmError `usage`, without the text: it may be the token */
const readPlace = (text: string): SecretRef => {
  const [, kind, where = ''] = /^(env|file):(.+)$/.exec(text.trim()) ?? [];
  if (kind === 'env') return { env: where };
  if (kind === 'file') return { file: where };
  throw usageError(
    '--token: does not say where the token is',
    'write env:NAME or file:PATH: a token on the command line is seen by all users of this host',
  );
};
