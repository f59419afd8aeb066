import { type ClaimGrants, TokenVerifier } from 'livekit-server-sdk';

/** An API key of LiveKit. Both may change while the exporter runs, when they come from files. */
export interface ApiKey {
  readonly apiKey: string;
  readonly apiSecret: string;
}

/** A deployment that signs with one key and, while keys are rotated, accepts another. */
export interface RotatingKey extends ApiKey {
  readonly previousKey?: ApiKey | null;
}

/** The keys whose signatures are accepted. */
export const acceptedKeys = (target: RotatingKey): readonly ApiKey[] =>
  target.previousKey == null ? [target] : [target, target.previousKey];

/**
 * The keys that may have signed a token: those with the name of its issuer. Of two deployments, each may have a key of that name.
 * @throws SyntaxError where it is not a token
 */
export const keysOf = (token: string, keys: readonly ApiKey[]): readonly ApiKey[] => {
  const issuer = issuerOf(token);
  return keys.filter(({ apiKey }) => apiKey === issuer);
};

/** What a token grants. @throws what the verification of the last key throws, or where no key has the name of the issuer */
export const verifyToken = async (
  token: string,
  keys: readonly ApiKey[],
): Promise<ClaimGrants & { exp?: number }> => {
  let reason: unknown = new Error('no key has the name of the issuer');
  for (const { apiKey, apiSecret } of keysOf(token, keys)) {
    try {
      return await new TokenVerifier(apiKey, apiSecret).verify(token);
    } catch (error) {
      reason = error;
    }
  }
  throw reason;
};

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
