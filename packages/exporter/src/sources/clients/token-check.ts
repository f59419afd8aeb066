import { TokenVerifier } from 'livekit-server-sdk';
import type { ApiKey } from './clients-options.ts';

/** The holder of a token. */
export interface Holder {
  room: string;
  identity: string;
  /** Seconds since 1970. */
  expires: number;
}

/** LiveKit allows names of 256 bytes. */
const LONGEST_NAME = 256;

/** Checks a token as livekit-server does when its holder joins: signed with a known key, not expired, with a grant to join one room. */
export const createTokenCheck = (
  keys: readonly ApiKey[],
): ((token: string) => Promise<Holder | null>) => {
  // Two deployments may call their keys the same: each has a secret of its own.
  const keysByName = Map.groupBy(keys, ({ apiKey }) => apiKey);
  return async (token) => {
    try {
      for (const { apiKey, apiSecret } of keysByName.get(issuerOf(token)) ?? []) {
        const claims = await new TokenVerifier(apiKey, apiSecret).verify(token).catch(() => null);
        if (claims !== null) return holderOf(claims);
      }
      return null;
    } catch {
      return null;
    }
  };
};

const holderOf = ({
  video,
  sub = '',
  exp = 0,
}: Awaited<ReturnType<TokenVerifier['verify']>>): Holder | null => {
  const { room = '', roomJoin } = video ?? {};
  const named = [room, sub].every(
    (name) => typeof name === 'string' && name !== '' && name.length <= LONGEST_NAME,
  );
  return named && roomJoin === true ? { room, identity: sub, expires: exp } : null;
};

/** The claimed issuer: only to find the key. */
const issuerOf = (token: string): string => {
  const claims: unknown = JSON.parse(
    Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'),
  );
  return typeof claims === 'object' &&
    claims !== null &&
    'iss' in claims &&
    typeof claims.iss === 'string'
    ? claims.iss
    : '';
};
