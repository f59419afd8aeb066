import { createDecipheriv, randomBytes } from 'node:crypto';
import {
  createKeyMaterialFromBuffer,
  createKeyMaterialFromString,
  deriveKeys,
  ExternalE2EEKeyProvider,
  importKey,
  ratchet,
} from 'livekit-client';
import { expect, test } from 'vitest';
import { deriveFrameKey, type E2eeSecret } from './frame-key.ts';

const materialOf = (secret: E2eeSecret) =>
  'passphrase' in secret
    ? createKeyMaterialFromString(secret.passphrase)
    : createKeyMaterialFromBuffer(Uint8Array.from(Buffer.from(secret.key, 'base64')).buffer);

/** Encrypts with the key that livekit-client derives: its keys cannot be exported. */
const encrypted = async (secret: E2eeSecret, text: string) => {
  const options = new ExternalE2EEKeyProvider().getOptions();
  let material = await materialOf(secret);
  for (let round = 0; round < secret.ratchet; round++)
    material = await importKey(
      await ratchet(material, options.ratchetSalt),
      material.algorithm.name,
      'derive',
    );
  const { encryptionKey } = await deriveKeys(material, options);
  const iv = randomBytes(12);
  const algorithm = { name: 'AES-GCM', iv };
  const bytes = await crypto.subtle.encrypt(algorithm, encryptionKey, Buffer.from(text));
  return { iv, sealed: Buffer.from(bytes) };
};

const decrypted = (key: Uint8Array, { iv, sealed }: { iv: Buffer; sealed: Buffer }): string => {
  const decipher = createDecipheriv('aes-128-gcm', key, iv);
  decipher.setAuthTag(sealed.subarray(-16));
  return decipher.update(sealed.subarray(0, -16), undefined, 'utf8') + decipher.final('utf8');
};

const passphrase = 'a passphrase, 30 €';
const key = randomBytes(32).toString('base64');

test.each<[string, E2eeSecret]>([
  ['a passphrase', { passphrase, keyIndex: 0, ratchet: 0 }],
  ['a passphrase, ratcheted twice', { passphrase, keyIndex: 3, ratchet: 2 }],
  ['random bytes', { key, keyIndex: 0, ratchet: 0 }],
  ['random bytes, ratcheted once', { key, keyIndex: 0, ratchet: 1 }],
])('the key of %s is that of livekit-client', async (_, secret) => {
  const message = await encrypted(secret, 'hello');
  expect(decrypted(deriveFrameKey(secret), message)).toBe('hello');
  const other = { ...secret, ratchet: secret.ratchet + 1 };
  expect(() => decrypted(deriveFrameKey(other), message)).toThrow();
});
