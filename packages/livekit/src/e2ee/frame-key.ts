import { hkdfSync, pbkdf2Sync } from 'node:crypto';

/**
 * Secret of an encrypted room: a passphrase, or random bytes (base64). LiveKit's SDKs take them as
 * a string or an `ArrayBuffer`.
 */
export type E2eeSecret = ({ passphrase: string } | { key: string }) & {
  /** Index of the key in the key ring, 0 to 15; each frame contains it. */
  keyIndex: number;
  /** Number of times the secret was ratcheted. */
  ratchet: number;
};

/**
 * Defaults of key derivation in LiveKit's SDKs; an application can change them (client-sdk-js,
 * `KEY_PROVIDER_DEFAULTS`).
 */
const SALT = 'LKFrameEncryptionKey';
const KEY_BYTES = 16;
const RATCHET_BYTES = 32;
const HASH = 'sha256';
const PBKDF2_ITERATIONS = 100_000;
const HKDF_INFO = new Uint8Array(128);

/**
 * Ratcheted secret from which frame keys are derived. A client that receives it need not ratchet
 * the secret.
 */
export interface KeyMaterial {
  bytes: Uint8Array;
  derivation: 'pbkdf2' | 'hkdf';
}

/** Cached: to ratchet a passphrase takes about 30 ms of CPU. */
export const keyMaterial = (secret: E2eeSecret): KeyMaterial => {
  if (secret.ratchet === 0)
    return 'passphrase' in secret
      ? { bytes: Buffer.from(secret.passphrase), derivation: 'pbkdf2' }
      : { bytes: Buffer.from(secret.key, 'base64'), derivation: 'hkdf' };
  const id = JSON.stringify({ ...secret, keyIndex: 0 });
  const known = ratcheted.get(id);
  if (known !== undefined) return known;
  const before = keyMaterial({ ...secret, ratchet: secret.ratchet - 1 });
  const material = { ...before, bytes: derive(before, RATCHET_BYTES) };
  ratcheted.set(id, material);
  return material;
};

const ratcheted = new Map<string, KeyMaterial>();

/**
 * Derives the AES-128-GCM key of the frames. A passphrase takes about 30 ms of CPU, and as much for
 * each ratchet: derive it once per process.
 */
export const deriveFrameKey = (secret: E2eeSecret): Uint8Array =>
  derive(keyMaterial(secret), KEY_BYTES);

const derive = ({ bytes, derivation }: KeyMaterial, length: number): Uint8Array =>
  derivation === 'pbkdf2'
    ? pbkdf2Sync(bytes, SALT, PBKDF2_ITERATIONS, length, HASH)
    : new Uint8Array(hkdfSync(HASH, bytes, SALT, HKDF_INFO, length));
