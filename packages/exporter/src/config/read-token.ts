import type { Settings } from '@livekit-swarm/settings';
import { readVariable, usageError } from '@livekit-swarm/settings';
import type { ConfigFile } from './config-file.ts';
import { readSecret, type SecretReader } from './secret.ts';
import type { SettingsFlags } from './settings.ts';

/** The required bearer token: from the flag, else the environment, else the file. @throws SwarmError `usage` when it cannot be read, or cannot be sent in a header */
export const readToken = async (
  flags: SettingsFlags,
  { value, at }: Settings<ConfigFile>,
  reader: SecretReader,
): Promise<string | null> => {
  const fromEnv = readVariable(reader.env, 'SWARM_EXPORTER_TOKEN')?.trim();
  const { tokenFile } = flags;
  if (tokenFile !== undefined) {
    return checkToken(
      await readSecret({ file: tokenFile }, '--token-file', { ...reader, dir: process.cwd() }),
      '--token-file',
    );
  }
  if (fromEnv !== undefined) return checkToken(fromEnv, 'SWARM_EXPORTER_TOKEN');
  const where = `${at(['token'])}: token`;
  return value.token === undefined
    ? null
    : checkToken(await readSecret(value.token, where, reader), where);
};

/**
 * Checks that a token can follow "Bearer" (RFC 6750 §2.1); no client could send another one.
 * @param where for the message, which never repeats the token
 * @throws SwarmError `usage`
 */
export const checkToken = (token: string, where: string): string => {
  if (/^[A-Za-z0-9._~+/-]+=*$/.test(token)) return token;
  throw usageError(
    `${where}: a token may hold letters, digits and . _ ~ + / - only`,
    'make one with: openssl rand -hex 32',
  );
};
