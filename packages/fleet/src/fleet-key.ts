import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { usageError } from '@livekit-swarm/settings';
import type { Place } from './places.ts';
import { RejectedMessage } from './rejected-message.ts';

/**
 * Protection of messages in the queue by the key that the hosts of a fleet share. Without a key,
 * messages are unprotected.
 */
export interface Seal {
  /** True if there is a key. */
  readonly isKeyed: boolean;
  /** Appends a signature to a text; both stay readable. */
  sign(place: Place, text: string): string;
  /**
   * Checks the signature and returns the text.
   * @throws RejectedMessage
   */
  verify(place: Place, signed: string): string;
  /** Encrypts and signs bytes. */
  close(place: Place, bytes: Buffer): Buffer;
  /**
   * Decrypts bytes and checks their signature.
   * @throws RejectedMessage
   */
  open(place: Place, closed: Buffer): Buffer;
}

const KEY_BYTES = 32;
/**
 * Least number of different bytes in a key: 32 random bytes have about 30, typed or repeated ones
 * have fewer.
 */
const LEAST_DIFFERENT = 16;
const MAX_KEY_TEXT = 4_096;

export const KEY_HINT = 'make one with: openssl rand -base64 32, and give it to every host';

/**
 * Reads SWARM_QUEUE_KEY.
 * @param text base64 of at least 32 random bytes
 * @throws SwarmError `usage`; the message never contains the key
 */
export const readFleetKey = (text: string): Buffer => {
  const written = text.trim();
  const refuse = (why: string): never => {
    throw usageError(`SWARM_QUEUE_KEY ${why}`, KEY_HINT);
  };
  if (written.length > MAX_KEY_TEXT) refuse('is too long');
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(written)) refuse('is not base64');
  const key = Buffer.from(written, 'base64');
  if (key.length < KEY_BYTES)
    refuse(`has ${key.length} bytes: it must have at least ${KEY_BYTES} random ones`);
  if (new Set(key).size < LEAST_DIFFERENT) refuse('is not random');
  return key;
};

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const MAC_BYTES = 32;

/**
 * Makes the protection of a queue.
 * @param key null: messages are neither signed nor encrypted
 */
export const createSeal = (key: Buffer | null): Seal => (key === null ? OPEN : sealWith(key));

const OPEN: Seal = {
  isKeyed: false,
  sign: (_place, text) => text,
  verify: (_place, signed) => signed,
  close: (_place, bytes) => bytes,
  open: (_place, closed) => closed,
};

const sealWith = (key: Buffer): Seal => {
  /** Derives the key of one purpose by HKDF (RFC 5869). */
  const derive = (purpose: string): Buffer =>
    Buffer.from(hkdfSync('sha256', key, '', `livekit-swarm queue: ${purpose}`, KEY_BYTES));
  const signing = derive('signature');
  const encryption = derive('encryption');

  /**
   * Signs a place and parts. The line end separates the place unambiguously: JSON contains none.
   */
  const mac = (place: Place, ...parts: (string | Buffer)[]): Buffer => {
    const hmac = createHmac('sha256', signing).update(`${JSON.stringify(place)}\n`);
    for (const part of parts) hmac.update(part);
    return hmac.digest();
  };
  const check = (expected: Buffer, given: Buffer): void => {
    if (given.length !== expected.length || !timingSafeEqual(given, expected))
      throw new RejectedMessage('signature');
  };
  return {
    isKeyed: true,
    sign: (place, text) => `${mac(place, text).toString('base64url')}.${text}`,
    verify: (place, signed) => {
      const dot = signed.indexOf('.');
      const text = signed.slice(dot + 1);
      check(mac(place, text), Buffer.from(signed.slice(0, Math.max(0, dot)), 'base64url'));
      return text;
    },
    close: (place, bytes) => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, encryption, nonce);
      const body = [nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()];
      return Buffer.concat([mac(place, ...body), ...body]);
    },
    open: (place, closed) => {
      const body = closed.subarray(MAC_BYTES);
      check(mac(place, body), closed.subarray(0, MAC_BYTES));
      if (body.length < NONCE_BYTES + TAG_BYTES) throw new RejectedMessage('form');
      const decipher = createDecipheriv(CIPHER, encryption, body.subarray(0, NONCE_BYTES));
      decipher.setAuthTag(body.subarray(-TAG_BYTES));
      return Buffer.concat([
        decipher.update(body.subarray(NONCE_BYTES, -TAG_BYTES)),
        decipher.final(),
      ]);
    },
  };
};
