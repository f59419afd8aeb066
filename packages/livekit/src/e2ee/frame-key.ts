import { hkdfSync, pbkdf2Sync } from 'node:crypto';

/**
 * The secret of an encrypted room, as participants use it. A passphrase or random bytes (base64), what LiveKit's SDKs take as a string or as an
 * `ArrayBuffer`.
 */
export type E2eeSecret = ({ passphrase: string } | { key: string }) & {
  /** 0 to 15, named in each frame. */
  keyIndex: number;
  /** How often the secret was ratcheted. */
  ratchet: number;
};

/** What LiveKit's SDKs derive with, unless an application changes it (client-sdk-js, `KEY_PROVIDER_DEFAULTS`). */
const SALT = 'LKFrameEncryptionKey';
const KEY_BYTES = 16;
const RATCHET_BYTES = 32;
const HASH = 'sha256';
const PBKDF2_ITERATIONS = 100_000;
const HKDF_INFO = new Uint8Array(128);

/** What keys are derived from: a client that is given this instead of the secret need not ratchet it. */
export interface KeyMaterial {
  bytes: Uint8Array;
  derivation: 'pbkdf2' | 'hkdf';
}

/** To ratchet a passphrase takes about 30 ms of CPU: what was ratcheted is kept for the participants that follow. */
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
 * The key of AES-128-GCM that frames are encrypted with. A passphrase takes about 30 ms of CPU, and as much for each ratchet: derive once per process.
 */
export const deriveFrameKey = (secret: E2eeSecret): Uint8Array =>
  derive(keyMaterial(secret), KEY_BYTES);

const derive = ({ bytes, derivation }: KeyMaterial, length: number): Uint8Array =>
  derivation === 'pbkdf2'
    ? pbkdf2Sync(bytes, SALT, PBKDF2_ITERATIONS, length, HASH)
    : new Uint8Array(hkdfSync(HASH, bytes, SALT, HKDF_INFO, length));
