import type { ApiCredentials } from './credentials.ts';

/**
 * Variables that a server inherits. Any other could reconfigure it, because each of its settings is
 * also an environment variable.
 */
const INHERITED = [
  'PATH',
  'HOME',
  'TMPDIR',
  'TZ',
  'GOMAXPROCS',
  'GOGC',
  'GOMEMLIMIT',
  'GODEBUG',
  'GOTRACEBACK',
];

/**
 * Environment of a livekit-server with its keys, so that they appear neither on a disk nor in a
 * process list.
 */
export const serverEnvironment = (
  pairs: readonly ApiCredentials[],
  from: NodeJS.ProcessEnv = process.env,
): Record<string, string> => ({
  ...plainEnvironment(from),
  LIVEKIT_KEYS: pairs.map(({ apiKey, apiSecret }) => `${apiKey}: ${apiSecret}`).join('\n'),
});

export const plainEnvironment = (from: NodeJS.ProcessEnv = process.env): Record<string, string> =>
  Object.fromEntries(
    INHERITED.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]])),
  );
