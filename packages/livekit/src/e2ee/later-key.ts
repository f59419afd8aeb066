import { createHash } from 'node:crypto';
import type { E2eeSecret } from './frame-key.ts';

/** Size of the key ring in LiveKit's SDKs. */
const KEYS = 16;

/**
 * The secret after the key changed `number` times. `new-key`: another secret, which all
 * participants derive from the first one, with the next index. `ratchet`: the same secret,
 * ratcheted, with the same index.
 */
export const laterKey = (
  secret: E2eeSecret,
  by: 'new-key' | 'ratchet',
  number: number,
): E2eeSecret => {
  if (number === 0) return secret;
  if (by === 'ratchet') return { ...secret, ratchet: secret.ratchet + number };
  const keyIndex = (secret.keyIndex + number) % KEYS;
  if ('passphrase' in secret)
    return { ...secret, keyIndex, passphrase: `${secret.passphrase} ${number}` };
  const key = createHash('sha256').update(`${secret.key} ${number}`).digest('base64');
  return { ...secret, keyIndex, key };
};
