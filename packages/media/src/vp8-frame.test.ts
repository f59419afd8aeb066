import { expect, test } from 'vitest';
import { bytes } from '../test/support/bytes.ts';
import { readVp8Frame } from './vp8-frame.ts';

/** Frame tag (RFC 6386 §9.1): not a keyframe, version, shown, bytes of the first partition. */
const tag = (inter: 0 | 1, shown: 0 | 1, partition: number): number[] => {
  const value = inter | (shown << 4) | (partition << 5);
  return [value & 0xff, (value >> 8) & 0xff, value >> 16];
};
const KEYFRAME_HEADER = [0x9d, 0x01, 0x2a, 0x40, 0x41, 0xb4, 0x80];

test('a keyframe contains its size, without the scaling hints', () => {
  const frame = bytes(tag(0, 1, 300), KEYFRAME_HEADER, new Uint8Array(300));
  expect(readVp8Frame(frame)).toEqual({
    keyframe: true,
    shown: true,
    size: { width: 320, height: 180 },
  });
});

test('an inter frame has no size; one that is not shown is marked', () => {
  expect(readVp8Frame(bytes(tag(1, 1, 2), [0, 0]))).toEqual({
    keyframe: false,
    shown: true,
    size: null,
  });
  expect(readVp8Frame(bytes(tag(1, 0, 2), [0, 0])).shown).toBe(false);
});

test('short frames and missing start codes are errors', () => {
  expect(() => readVp8Frame(bytes())).toThrow('a VP8 frame of 0 bytes announces 10');
  expect(() => readVp8Frame(bytes(tag(1, 1, 9), [0]))).toThrow(
    'a VP8 frame of 4 bytes announces 12',
  );
  expect(() => readVp8Frame(bytes(tag(0, 1, 0), new Uint8Array(7)))).toThrow(
    'lacks the start code',
  );
});
