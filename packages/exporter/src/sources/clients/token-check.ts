import { TokenVerifier } from 'livekit-server-sdk';
import type { ApiKey } from './clients-options.ts';

/** Whose token it is. */
export interface Holder {
  room: string;
  identity: string;
  /** Seconds since 1970. */
  expires: number;
}

/** LiveKit allows names of 256 bytes. */
const LONGEST_NAME = 256;

/** Checks a token as livekit-server does when its holder joins: signed with one of our keys, in its time, for joining one room. */
export const createTokenCheck = (keys: readonly ApiKey[]): ((token: string) => Promise<Holder | null>) => {
  const verifiers = new Map(keys.map(({ apiKey, apiSecret }) => [apiKey, new TokenVerifier(apiKey, apiSecret)]));
  return async (token) => {
    try {
      const claims = await verifiers.get(issuerOf(token))?.verify(token);
      const { room = '', roomJoin } = claims?.video ?? {};
      const identity = claims?.sub ?? '';
      const named = [room, identity].every((name) => typeof name === 'string' && name !== '' && name.length <= LONGEST_NAME);
      return named && roomJoin === true ? { room, identity, expires: claims?.exp ?? 0 } : null;
    } catch {
      return null;
    }
  };
};

/** Who says to have signed it: only to find the key. */
const issuerOf = (token: string): string => {
  const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
  return typeof claims === 'object' && claims !== null && 'iss' in claims && typeof claims.iss === 'string' ? claims.iss : '';
};
