import { DEFAULT_SETTLE_MS, type ServerMetricsChoice, type Target } from '@livekit-swarm/campaign';
import type { Contender } from '@livekit-swarm/campaign/ab';
import { parseServerSpec } from '@livekit-swarm/campaign/server';
import { readSecret } from '@livekit-swarm/host';
import { assertHostAllowed, LoadGuard, readHostRules } from '@livekit-swarm/livekit';
import { checkAddress } from '@livekit-swarm/runner';
import { flagName } from '@livekit-swarm/scenario';
import { usageError, withoutSecrets } from '@livekit-swarm/settings';
import type { GuardFlags } from '../flags/guard.ts';
import { readPermission } from '../requests/read-permission.ts';
import { secretPlace } from '../requests/secret-place.ts';
import { readNode } from '../requests/server-metrics.ts';

/** Flags that name the two sides of `swarm ab`. */
export interface ContenderFlags extends GuardFlags {
  server: string[];
  url: string[];
  keys: string[];
  apiUrl: string[];
  apiKey?: string;
  apiSecret?: string;
  serverMetrics: string[];
}

type Sides<T> = Record<'A' | 'B', T>;

/**
 * The two sides, in the order of their flags. Of `--server`, the environment can give both
 * (SWARM_SERVER); URLs of the command line take their place.
 * @param typed names of the flags on the command line
 * @throws SwarmError `usage`
 */
export const readContenders = async (
  flags: ContenderFlags,
  typed: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Sides<Contender>> => {
  const { url } = flags;
  const server = url.length > 0 && !typed.includes('server') ? [] : flags.server;
  if (server.length > 0 && url.length > 0)
    throw usageError(
      '--server and --url: a server that starts on this host shares its CPU with the load, and a deployment does not, so they are not compared',
      'give two --server, or two --url; "swarm lab up" starts a deployment on this host',
    );
  return url.length > 0 ? readDeployments(flags, env) : readServers(flags, typed, env);
};

/** Flags on deployments; a server that starts for a run has no use for them. */
const OF_DEPLOYMENTS = ['keys', 'apiUrl', 'serverMetrics', 'apiKey', 'apiSecret', 'ca'];

const readServers = (
  flags: ContenderFlags,
  typed: readonly string[],
  env: NodeJS.ProcessEnv,
): Sides<Contender> => {
  const idle = OF_DEPLOYMENTS.find((flag) => typed.includes(flag));
  if (idle !== undefined)
    throw usageError(
      `${flagName(idle)} has no effect without --url: a server that starts for a run gets its own keys, and is measured anyway`,
      'leave it out, or name two deployments with --url',
    );
  const guard = LoadGuard.ofOwnServer(readHostRules(flags, env), 'search', readPermission(flags));
  return distinct(
    twoOf(flags.server, 'servers', 'swarm ab --server 1.11.0 --server 1.13.5').map((text) => {
      const spec = parseServerSpec(text);
      return { name: spec.name, target: { type: 'embedded', server: spec }, guard };
    }),
  );
};

const EXAMPLE = 'swarm ab --url old=wss://a.example.com --url new=wss://b.example.com';

const readDeployments = async (
  flags: ContenderFlags,
  env: NodeJS.ProcessEnv,
): Promise<Sides<Contender>> => {
  const named = twoOf(flags.url, 'deployments', EXAMPLE).map(readNamedUrl);
  const names = distinct(named);
  for (const side of ['A', 'B'] as const) checkAddress(names[side].url);
  if (names.A.name === 'B' || names.B.name === 'A')
    throw usageError(
      '--url: A is the first deployment and B the second, whatever their names are',
      'write them in this order, or give them other names',
    );
  const keys = await readKeys(flags, names, env);
  const apiUrls = readApiUrls(flags.apiUrl, names);
  const metrics = readMetrics(flags.serverMetrics, names);
  const contender = (side: 'A' | 'B'): Contender => {
    const { name, url } = names[side];
    const apiUrl = apiUrls[side];
    const target: Target = {
      ...{ type: 'remote', url, ...keys[side] },
      ...(apiUrl !== undefined && { apiUrl }),
    };
    const rules = readHostRules(flags, env);
    if (apiUrl !== undefined) assertHostAllowed(apiUrl, rules);
    const guard = LoadGuard.of({
      rules,
      kind: 'search',
      url,
      typed: [url],
      joinExistingRooms: flags.joinExistingRooms === true,
      withOtherUsers: flags.withOtherUsers === true,
      reads: readPermission(flags),
    });
    return { name, target, guard, serverMetrics: metrics[side] };
  };
  return { A: contender('A'), B: contender('B') };
};

const twoOf = (texts: readonly string[], what: string, example: string): readonly string[] => {
  if (texts.length === 2) return texts;
  throw usageError(`two ${what} are compared, not ${texts.length}`, example);
};

/** Reads `NAME=URL`, or a URL alone, whose name is its host and port. */
const readNamedUrl = (text: string): { name: string; url: string } => {
  const [, name, url = text] = /^([\w.-]+)=(.*)$/s.exec(text) ?? [];
  return { name: name ?? URL.parse(url)?.host ?? withoutSecrets(url), url };
};

/** Two sides with the same name get `(A)` and `(B)`. */
const distinct = <T extends { name: string }>(pair: readonly T[]): Sides<T> => {
  const [A, B] = pair;
  if (A === undefined || B === undefined) throw new RangeError('a side is missing');
  return A.name === B.name
    ? { A: { ...A, name: `${A.name} (A)` }, B: { ...B, name: `${B.name} (B)` } }
    : { A, B };
};

interface Keys {
  apiKey: string;
  apiSecret: string;
}

/** Side that a text names: A, B, or the name of a deployment. */
const sideOf = (
  text: string,
  names: Sides<{ name: string }>,
  where: string,
): { side: 'A' | 'B'; value: string } => {
  const [, name, value] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  const side = (['A', 'B'] as const).find((one) => one === name || names[one].name === name);
  if (side !== undefined && value !== undefined) return { side, value };
  throw usageError(
    `${where}: names neither A nor B, nor ${names.A.name} or ${names.B.name}`,
    `write A=… or B=…, the first and the second --url`,
  );
};

/**
 * API keys of both sides: their own, else those of the environment.
 * @throws SwarmError `usage`
 */
const readKeys = async (
  { keys, apiKey, apiSecret }: ContenderFlags,
  names: Sides<{ name: string; url: string }>,
  env: NodeJS.ProcessEnv,
): Promise<Sides<Keys>> => {
  const found: Partial<Sides<Keys>> = {};
  for (const text of keys) {
    // The text is not repeated, because it may be a secret.
    const { side, value } = sideOf(text, names, '--keys');
    if (found[side] !== undefined)
      throw usageError(`--keys: ${side} is given twice`, 'leave one of them out');
    const where = `--keys ${side}`;
    found[side] = readPair(
      await readSecret(secretPlace(value, KEYS), where, { env, dir: '.' }),
      where,
    );
  }
  const shared = apiKey !== undefined && apiSecret !== undefined ? { apiKey, apiSecret } : null;
  const keysOf = (side: 'A' | 'B'): Keys => {
    const own = found[side] ?? shared;
    if (own !== null) return own;
    throw usageError(
      `${side} = ${withoutSecrets(names[side].url)}: the API key and secret of this deployment are missing`,
      `set LIVEKIT_API_KEY and LIVEKIT_API_SECRET for both, or give --keys ${side}=env:NAME or ${side}=file:PATH, which hold KEY: SECRET`,
    );
  };
  return { A: keysOf('A'), B: keysOf('B') };
};

const KEYS = {
  flag: '--keys',
  what: 'the keys are',
  hint: 'write A=env:NAME or A=file:PATH; the variable or file holds KEY: SECRET, as the key file of LiveKit does',
};

/** Reads `KEY: SECRET`, one line of LiveKit's key file. */
const readPair = (text: string, where: string): Keys => {
  const [, apiKey, apiSecret] = /^([^\s:]+)\s*:\s*(\S+)$/.exec(text) ?? [];
  if (apiKey !== undefined && apiSecret !== undefined) return { apiKey, apiSecret };
  throw usageError(
    `${where}: holds no key and secret, or more than one pair`,
    'it must hold one line, KEY: SECRET, as the key file of LiveKit does',
  );
};

const readApiUrls = (
  texts: readonly string[],
  names: Sides<{ name: string }>,
): Partial<Sides<string>> => {
  const urls: Partial<Sides<string>> = {};
  for (const text of texts) {
    const { side, value } = sideOf(text, names, '--api-url');
    checkAddress(value);
    urls[side] = value;
  }
  return urls;
};

const readMetrics = (
  texts: readonly string[],
  names: Sides<{ name: string }>,
): Sides<ServerMetricsChoice> => {
  const nodes: Sides<{ name: string | null; url: string }[]> = { A: [], B: [] };
  for (const text of texts) {
    const { side, value } = sideOf(text, names, '--server-metrics');
    nodes[side].push(readNode(value));
  }
  const choice = (side: 'A' | 'B'): ServerMetricsChoice => ({
    nodes: nodes[side],
    prometheus: null,
    redis: null,
    settleMs: DEFAULT_SETTLE_MS,
  });
  return { A: choice('A'), B: choice('B') };
};
