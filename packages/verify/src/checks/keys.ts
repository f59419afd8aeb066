import { makeToken, type Validation, validateAdmission } from '@livekit-swarm/livekit';
import { type Check, type CheckResult, found, passed, unknown } from '../check.ts';

/** Key pairs of LiveKit's development mode, sample configuration and charts: they are public. */
export const SAMPLE_KEYS = [
  ['devkey', 'secret'],
  ['key1', 'secret1'],
  ['key2', 'secret2'],
  ['myapikey', 'myapisecret'],
] as const;

/** Length of a secret below which livekit-server warns, characters. */
const SECRET_CHARACTERS = 32;
const TIMEOUT_MS = 5_000;

/**
 * Result of the check.
 * @param accepted names of sample keys that the server accepts
 */
export const keysRule = (accepted: readonly string[], ownSecret: string): CheckResult => {
  if (accepted.length > 0)
    return found(
      'error',
      accepted.map(
        (key) =>
          `the server accepts the key ${key} with the secret that the documentation prints for it`,
      ),
    );
  return ownSecret.length < SECRET_CHARACTERS
    ? found(
        'warning',
        [
          `the API secret has ${ownSecret.length} characters, of ${SECRET_CHARACTERS} that livekit-server asks for`,
        ],
        'make one with: openssl rand -base64 32',
      )
    : passed(`none of ${SAMPLE_KEYS.length} sample keys is accepted; the secret is long enough`);
};

/**
 * Returns true if the server accepted the key, even if it then rejected the join for a reason that
 * it checks later.
 */
const isAccepted = (answer: Validation): boolean =>
  answer.ok || TAKES_TOKEN.has(answer.rejection.reason);

/** Reasons for a rejection that the server looks at only after it has accepted the token. */
export const TAKES_TOKEN: ReadonlySet<string> = new Set([
  'room_not_found',
  'server_full',
  'room_full',
  // The server accepted the token in the query.
  'authorization_removed',
]);

export const keys: Check = {
  id: 'keys',
  title: 'No sample key is accepted, and the secret is long enough',
  severities: ['error', 'warning'],
  cause:
    'The server was started with --dev, or with a copied sample configuration: strangers can join every room and delete it',
  fix: 'make a pair with `livekit-server generate-keys`, and remove the sample from `keys`',
  needs: ['admission'],
  run: async (_facts, { access }) => {
    const accepted: string[] = [];
    for (const [apiKey, apiSecret] of SAMPLE_KEYS) {
      const token = makeToken({
        ...{ apiKey, apiSecret, room: 'swarm-verify-keys', identity: 'swarm-verify' },
        publish: { audio: false, video: false, data: false },
        subscribe: false,
        ttlSeconds: 60,
      });
      const answer = await validateAdmission({ url: access.url, token, timeoutMs: TIMEOUT_MS });
      if (isAccepted(answer)) accepted.push(apiKey);
      // The answer of a proxy shows nothing about the keys.
      else if (!answer.ok && answer.rejection.answer?.who !== 'livekit')
        return unknown(answer.rejection.message);
    }
    return keysRule(accepted, access.apiSecret);
  },
};
