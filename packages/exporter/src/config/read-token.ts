import type { SecretReader } from '@livekit-swarm/host';
import type { SecretRef, Settings } from '@livekit-swarm/settings';
import { readVariable, usageError } from '@livekit-swarm/settings';
import type { ConfigFile } from './config-file.ts';
import type { SettingsFlags } from './exporter-settings.ts';
import { fixedSecret, type Secret, type Secrets } from './live-secret.ts';

/**
 * Read the bearer tokens, one of which is required: the token of the flag, else of the environment,
 * else of the file; and the previous token while tokens are rotated.
 * @throws SwarmError `usage` if a token cannot be read, or cannot be sent in a header
 */
export const readTokens = async (
  flags: SettingsFlags,
  { value, at }: Settings<ConfigFile>,
  { env }: SecretReader,
  secrets: Secrets,
): Promise<readonly Secret[]> => {
  const read = (ref: SecretRef, where: string, dir?: string): Promise<Secret> =>
    secrets.read(ref, where, (token) => checkToken(token, where), dir);
  const fromFile = async (key: 'token' | 'previousToken'): Promise<Secret[]> => {
    const ref = value[key];
    return ref === undefined ? [] : [await read(ref, `${at([key])}: ${key}`)];
  };
  const fromEnv = readVariable(env, 'SWARM_EXPORTER_TOKEN')?.trim();
  const { tokenFile } = flags;
  const current =
    tokenFile !== undefined
      ? [await read({ file: tokenFile }, '--token-file', process.cwd())]
      : fromEnv !== undefined
        ? [fixedSecret(checkToken(fromEnv, 'SWARM_EXPORTER_TOKEN'))]
        : await fromFile('token');
  const previous = await fromFile('previousToken');
  if (current.length === 0 && previous.length > 0) {
    throw usageError(
      `${at(['previousToken'])}: previousToken: there is no token that follows it`,
      'give the token that scrapers are to use: token: { file: PATH }',
    );
  }
  return [...current, ...previous];
};

/**
 * Check that a token can follow "Bearer" (RFC 6750 §2.1); no client could send any other.
 * @param where origin for the message, which never repeats the token
 * @throws SwarmError `usage`
 */
export const checkToken = (token: string, where: string): string => {
  if (/^[A-Za-z0-9._~+/-]+=*$/.test(token)) return token;
  throw usageError(
    `${where}: a token may hold letters, digits and . _ ~ + / - only`,
    'make one with: openssl rand -hex 32',
  );
};
