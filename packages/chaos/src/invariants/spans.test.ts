import fc from 'fast-check';
import { expect, it } from 'vitest';
import { difference, intersection, type Span, union } from './spans.ts';

const spans = fc.array(
  fc
    .tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 10 }))
    .map(([fromAt, length]): Span => ({ fromAt, toAt: fromAt + length })),
  { maxLength: 6 },
);

/** Moments, between whole numbers, that the spans cover. */
const moments = (some: readonly Span[]): number[] =>
  Array.from({ length: 60 }, (_, at) => at + 0.5).filter((at) =>
    some.some(({ fromAt, toAt }) => fromAt < at && at < toAt),
  );

it('covers the moments that sets of moments would have', () => {
  fc.assert(
    fc.property(spans, spans, (some, others) => {
      const [a, b] = [moments(some), moments(others)];
      expect(moments(union(some))).toEqual(a);
      expect(moments(intersection(some, others))).toEqual(a.filter((at) => b.includes(at)));
      expect(moments(difference(some, others))).toEqual(a.filter((at) => !b.includes(at)));
    }),
  );
});

it('has no overlaps', () => {
  fc.assert(
    fc.property(spans, (some) => {
      const joined = union(some);
      expect(joined.every(({ toAt }, index) => toAt < (joined[index + 1]?.fromAt ?? 99))).toBe(
        true,
      );
    }),
  );
});
