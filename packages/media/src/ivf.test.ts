import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytes, littleEndian } from '../test/support/bytes.ts';
import { readIvf } from './ivf.ts';
import { MediaError } from './media-error.ts';

const header = (rate = 30): Uint8Array =>
  bytes(
    'DKIF',
    littleEndian(0, 2),
    littleEndian(32, 2),
    'VP80',
    littleEndian(320, 2),
    littleEndian(180, 2),
    littleEndian(rate, 4),
    littleEndian(1, 4),
    new Uint8Array(8),
  );
const frame = (data: Uint8Array, pts: number): Uint8Array =>
  bytes(littleEndian(data.length, 4), littleEndian(pts, 8), data);

test('frames are read as they were written', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { minLength: 1, maxLength: 8 }),
      (contents) => {
        const file = bytes(header(), ...contents.map(frame));
        expect(readIvf(file)).toEqual({
          codec: 'VP80',
          width: 320,
          height: 180,
          rate: 30,
          scale: 1,
          frames: contents.map((data, pts) => ({ data, pts })),
        });
      },
    ),
  );
});

test('a file truncated within a frame is an error that names it', () => {
  const [first, second] = [frame(bytes([1, 2, 3]), 0), frame(bytes([4, 5]), 1)];
  const file = bytes(header(), first, second);
  const secondAt = 32 + first.length;
  for (let length = secondAt + 1; length < file.length; length += 1)
    expect(() => readIvf(file.subarray(0, length)), `${length}`).toThrow(
      `IVF frame 1 at byte ${secondAt} is truncated`,
    );
});

test('a file truncated in its header, empty or garbage is an error', () => {
  for (let length = 0; length <= 32; length += 1)
    expect(() => readIvf(header().subarray(0, length))).toThrow(MediaError);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (garbage) => {
      expect(() => readIvf(garbage)).toThrow(MediaError);
    }),
  );
});

test('errors name the fault', () => {
  expect(() => readIvf(new Uint8Array(40))).toThrow('does not begin with "DKIF"');
  expect(() => readIvf(header(0))).toThrow('0/1 ticks a second');
  expect(() => readIvf(header())).toThrow('no frames');
  expect(() => readIvf(bytes(header(), frame(bytes(), 0)))).toThrow(
    'IVF frame 0 at byte 32 is empty',
  );
  expect(() => readIvf(bytes(header(), frame(bytes([1]), 4), frame(bytes([1]), 4)))).toThrow(
    'timestamp 4, not after 4',
  );
});
