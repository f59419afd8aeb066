import { expect, test } from 'vitest';
import { encodeG711, levelOfG711, sampleOfG711 } from './g711.ts';

test.each([
  // ITU-T G.711: silence, and the ends of the range.
  [0, 0, 0xff],
  [0, 32_767, 0x80],
  [0, -32_768, 0x00],
  [8, 0, 0xd5],
  [8, 32_767, 0xaa],
  [8, -32_768, 0x2a],
] as const)('payload type %i encodes %i as %i', (type, sample, byte) => {
  expect(encodeG711(Int16Array.of(sample), type)[0]).toBe(byte);
});

test.each([0, 8] as const)('payload type %i keeps every byte', (type) => {
  for (let byte = 0; byte < 256; byte++) {
    // µ-law has two zeros.
    if (type === 0 && byte === 0x7f) continue;
    const sample = sampleOfG711(byte, type);
    expect(encodeG711(Int16Array.of(sample), type)[0]).toBe(byte);
  }
});

test.each([0, 8] as const)('payload type %i keeps samples within their step', (type) => {
  for (let sample = -32_000; sample <= 32_000; sample += 37) {
    const byte = encodeG711(Int16Array.of(sample), type)[0] ?? 0;
    expect(Math.abs(sampleOfG711(byte, type) - sample)).toBeLessThan(16 + Math.abs(sample) / 28);
  }
});

test('levels, dBov', () => {
  const square = Int16Array.from({ length: 160 }, (_, index) => (index % 2 === 0 ? 3_277 : -3_277));
  expect(levelOfG711(encodeG711(square, 0), 0)).toBeCloseTo(-20, 0);
  expect(levelOfG711(encodeG711(square, 8), 8)).toBeCloseTo(-20, 0);
  expect(levelOfG711(encodeG711(new Int16Array(160), 0), 0)).toBe(Number.NEGATIVE_INFINITY);
  expect(levelOfG711(encodeG711(new Int16Array(160), 8), 8)).toBeLessThan(-70);
});
