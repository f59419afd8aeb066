import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitEvenly } from './rtp-payload.ts';

test('pieces are as few as possible, of nearly equal size, and make up the whole', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 5000 }),
      fc.integer({ min: 1, max: 1200 }),
      (whole, max) => {
        const pieces = splitEvenly(whole, max);
        const lengths = pieces.map((piece) => piece.length);
        expect(pieces).toHaveLength(Math.ceil(whole.length / max));
        expect(Math.max(...lengths)).toBeLessThanOrEqual(max);
        expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
        expect(Buffer.concat(pieces).equals(whole)).toBe(true);
      },
    ),
  );
});
