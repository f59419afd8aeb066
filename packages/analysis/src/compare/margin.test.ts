import fc from 'fast-check';
import { expect, test } from 'vitest';
import { marginScale } from './margin.ts';

const tenth = marginScale({ relative: 0.1, absolute: 5 });

test('a margin is the relative or the absolute one, whichever is wider', () => {
  expect(tenth.of(1_100) - tenth.of(1_000)).toBeCloseTo(1, 10);
  expect(tenth.of(1_000) - tenth.of(1_100)).toBeCloseTo(-1, 10);
  expect(tenth.of(15) - tenth.of(10)).toBeCloseTo(1, 10);
  expect(tenth.of(0.05) - tenth.of(0.03)).toBeLessThan(0.01);
});

test('without a relative margin, only the absolute one counts', () => {
  const { of, at } = marginScale({ relative: 0, absolute: 2 });
  expect(of(1_004) - of(1_000)).toBe(2);
  expect(at(of(123))).toBe(123);
});

test('the scale increases without a jump and is reversible', () => {
  const share = fc.double({ min: 0.001, max: 10, noNaN: true });
  const amount = fc.double({ min: 1e-6, max: 1e4, noNaN: true });
  const value = fc.double({ min: 0, max: 1e7, noNaN: true });
  fc.assert(
    fc.property(share, amount, value, value, (relative, absolute, one, other) => {
      const { of, at } = marginScale({ relative, absolute });
      expect(at(of(one))).toBeCloseTo(one, 3);
      if (other - one > Math.max(1e-9, one * 1e-9)) expect(of(other)).toBeGreaterThan(of(one));
    }),
  );
});
