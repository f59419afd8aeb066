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

export const keyMaterial = (secret: E2eeSecret): KeyMaterial => {
  const derivation = 'passphrase' in secret ? 'pbkdf2' : 'hkdf';
  let bytes: Uint8Array =
    'passphrase' in secret ? Buffer.from(secret.passphrase) : Buffer.from(secret.key, 'base64');
  for (let round = 0; round < secret.ratchet; round++)
    bytes = derive({ bytes, derivation }, RATCHET_BYTES);
  return { bytes, derivation };
};

/**
 * The key of AES-128-GCM that frames are encrypted with. A passphrase takes about 30 ms of CPU, and as much for each ratchet: derive once per process.
 */
export const deriveFrameKey = (secret: E2eeSecret): Uint8Array =>
  derive(keyMaterial(secret), KEY_BYTES);

const derive = ({ bytes, derivation }: KeyMaterial, length: number): Uint8Array =>
  derivation === 'pbkdf2'
    ? pbkdf2Sync(bytes, SALT, PBKDF2_ITERATIONS, length, HASH)
    : new Uint8Array(hkdfSync(HASH, bytes, SALT, HKDF_INFO, length));
