import { type ClaimGrants, TokenVerifier } from 'livekit-server-sdk';

/**
 * API key of LiveKit. Name and secret may change while the exporter runs, if they come from files.
 */
export interface ApiKey {
  readonly apiKey: string;
  readonly apiSecret: string;
}

/** Keys of a deployment that signs with one key and, while keys are rotated, accepts another. */
export interface RotatingKey extends ApiKey {
  readonly previousKey?: ApiKey | null;
}

/** Keys whose signatures are accepted. */
export const acceptedKeys = (target: RotatingKey): readonly ApiKey[] =>
  target.previousKey == null ? [target] : [target, target.previousKey];

/**
 * Keys that may have signed a token: those with the name of its issuer. Two deployments may each
 * have a key of that name.
 * @throws SyntaxError if the text is not a token
 */
export const keysOf = (token: string, keys: readonly ApiKey[]): readonly ApiKey[] => {
  const issuer = issuerOf(token);
  return keys.filter(({ apiKey }) => apiKey === issuer);
};

/**
 * Verify a token.
 * @returns the claims and grants of the token
 * @throws the error of the last key, or an error if no key has the name of the issuer
 */
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
