import { expect, test } from 'vitest';
import { deriveFrameKey, type E2eeSecret } from './frame-key.ts';
import { laterKey } from './later-key.ts';

const passphrase: E2eeSecret = { passphrase: 'a', keyIndex: 15, ratchet: 1 };
const key: E2eeSecret = { key: Buffer.alloc(32, 1).toString('base64'), keyIndex: 0, ratchet: 0 };

test('a new key has the next index, and is another one', () => {
  for (const secret of [passphrase, key]) {
    const later = [0, 1, 2, 17].map((number) => laterKey(secret, 'new-key', number));
    expect(later[0]).toBe(secret);
    expect(later.map(({ keyIndex }) => keyIndex)).toEqual(
      [0, 1, 2, 17].map((number) => (secret.keyIndex + number) % 16),
    );
    const keys = later.map((one) => Buffer.from(deriveFrameKey(one)).toString('hex'));
    expect(new Set(keys).size).toBe(4);
    expect(laterKey(secret, 'new-key', 2)).toEqual(later[2]);
  }
});

test('a ratcheted key keeps its index', () => {
  expect(laterKey(passphrase, 'ratchet', 3)).toEqual({ ...passphrase, ratchet: 4 });
});
