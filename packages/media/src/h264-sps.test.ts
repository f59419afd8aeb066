import { expect, test } from 'vitest';
import { readSps } from './h264-sps.ts';

/** Writes text as bits and numbers as unsigned Exp-Golomb codes, padded to whole bytes. */
const writeBits = (...fields: (string | number)[]): number[] => {
  const golomb = (value: number): string => {
    const code = (value + 1).toString(2);
    return '0'.repeat(code.length - 1) + code;
  };
  const text = `${fields.map((field) => (typeof field === 'string' ? field : golomb(field))).join('')}1`;
  return (text.match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2));
};

const sps = (...fields: (string | number)[]): Uint8Array =>
  Uint8Array.of(0x67, 0x42, 0xe0, 0x1f, ...writeBits(...fields));

test('the size is that in macroblocks, less the cropping', () => {
  // Id, log2_max_frame_num, POC type 2, one reference, no gaps; 20 by 12 macroblocks of frames; 12
  // rows cropped at the bottom.
  expect(readSps(sps(0, 0, 2, 1, '0', 19, 11, '1', '1', '1', 0, 0, 0, 6))).toEqual({
    profileLevelId: '42e01f',
    width: 320,
    height: 180,
  });
});

test('picture order counts of types 0 and 1 are skipped', () => {
  expect(readSps(sps(0, 0, 0, 4, 1, '0', 39, 29, '1', '1', '0'))).toMatchObject({
    width: 640,
    height: 480,
  });
  expect(readSps(sps(0, 0, 1, '0', 0, 0, 2, 5, 6, 1, '0', 39, 29, '1', '1', '0'))).toMatchObject({
    width: 640,
    height: 480,
  });
});

test('interlaced maps count twice', () => {
  expect(readSps(sps(0, 0, 2, 1, '0', 119, 33, '0', '0', '1', '1', 0, 0, 0, 2))).toMatchObject({
    width: 1920,
    height: 1080,
  });
});

/** Inserts a 03 before each byte up to 3 that follows two zero bytes (ITU-T H.264 §7.4.1). */
const preventEmulation = (raw: number[]): number[] => {
  const escaped: number[] = [];
  for (const byte of raw) {
    if (byte <= 3 && escaped.at(-1) === 0 && escaped.at(-2) === 0) escaped.push(3);
    escaped.push(byte);
  }
  return escaped;
};

test('emulation prevention bytes are removed first', () => {
  // A reference count of 2^26 - 1 is 26 zero bits, a one, and 26 zero bits.
  const raw = writeBits(0, 0, 2, 2 ** 26 - 1, '0', 19, 11, '1', '1', '0');
  const escaped = preventEmulation(raw);
  expect(escaped.length).toBe(raw.length + 2);
  expect(readSps(Uint8Array.of(0x67, 0x42, 0xe0, 0x1f, ...escaped))).toMatchObject({
    width: 320,
    height: 192,
  });
});

test('other NAL units, other profiles and truncated ones are refused', () => {
  expect(() => readSps(Uint8Array.of(0x68, 0xce, 0x3c, 0x80))).toThrow(
    'not an H.264 sequence parameter set',
  );
  expect(() => readSps(Uint8Array.of(0x67, 0x64, 0, 0x1f, 0xac))).toThrow('H.264 profile 100');
  expect(() => readSps(Uint8Array.of(0x67, 0x42, 0xe0, 0x1f))).toThrow('is truncated');
  expect(() => readSps(Uint8Array.of(0x67, 0x42, 0xe0, 0x1f, 0, 0, 0))).toThrow('is truncated');
});
