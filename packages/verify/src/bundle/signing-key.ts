import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { usageError } from '@livekit-swarm/settings/errors';
import { sha256 } from './manifest.ts';

const HOW = 'make one: openssl genpkey -algorithm ed25519 -out audit-key.pem';

/**
 * Reads a private key, PEM.
 * @throws SwarmError `usage`
 */
export const readSigningKey = (pem: string, file: string): KeyObject =>
  ed25519(() => createPrivateKey(pem), `${file}: not a private key of Ed25519`);

/**
 * Reads a public key, PEM.
 * @throws SwarmError `usage`
 */
export const readPublicKey = (pem: string, file: string): KeyObject => {
  if (pem.includes('PRIVATE KEY'))
    throw usageError(
      `${file}: a private key`,
      'give the public one: openssl pkey -in FILE -pubout',
    );
  return ed25519(() => createPublicKey(pem), `${file}: not a public key of Ed25519`);
};

const ed25519 = (read: () => KeyObject, problem: string): KeyObject => {
  let key: KeyObject;
  try {
    key = read();
  } catch {
    throw usageError(problem, HOW);
  }
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw usageError(problem, HOW);
};

/** Makes a key for one bundle. */
export const makeSigningKey = (): KeyObject => generateKeyPairSync('ed25519').privateKey;

/** Public key as PEM. */
export const publicPem = (key: KeyObject): string =>
  (key.type === 'private' ? createPublicKey(key) : key)
    .export({ type: 'spki', format: 'pem' })
    .toString();

/** SHA-256 of a public key, by which two of them are compared. */
export const fingerprint = (key: KeyObject): string =>
  sha256(
    (key.type === 'private' ? createPublicKey(key) : key).export({ type: 'spki', format: 'der' }),
  );
