import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alphaOfLook, slopeOf, studentQuantile } from './slope.ts';

// Printed tables of the t-distribution.
test.each([
  [0.975, 4, 2.776],
  [0.975, 10, 2.228],
  [0.995, 5, 4.032],
  [0.995, 30, 2.75],
  [0.9995, 8, 5.041],
  [0.9999, 6, 8.025],
])('the %s quantile with %i degrees of freedom', (p, df, expected) => {
  expect(studentQuantile(p, df) / expected).toBeCloseTo(1, 1);
  expect(Math.abs(studentQuantile(p, df) / expected - 1)).toBeLessThan(0.02);
});

test('a constant increment per join has an interval of about the resolution', () => {
  const { perThousand, low, high } = slopeOf(
    Array.from({ length: 6 }, () => ({ amount: 200, joins: 100 })),
    1,
    0.01,
  );
  expect(perThousand).toBe(2_000);
  expect(low).toBeGreaterThan(1_970);
  expect(high).toBeLessThan(2_030);
});

test('few readings have no interval', () => {
  expect(slopeOf([{ amount: 5, joins: 10 }], 1, 0.01)).toEqual({
    perThousand: 500,
    low: null,
    high: null,
    increments: 1,
  });
  expect(slopeOf([], 1, 0.01).perThousand).toBe(0);
});

test('repeated evaluations share one probability', () => {
  const shares = Array.from({ length: 1_000 }, (_, index) => alphaOfLook(0.01, index + 1));
  const last = alphaOfLook(0.01, null);
  expect(shares.reduce((sum, share) => sum + share, last)).toBeLessThan(0.01);
});

test('noise without growth is rarely a slope, whatever the number of evaluations', () => {
  const random = fc.sample(fc.double({ min: -1, max: 1, noNaN: true }), {
    numRuns: 200 * 40,
    seed: 7,
  });
  let wrong = 0;
  for (let run = 0; run < 200; run++) {
    const readings = random.slice(run * 40, (run + 1) * 40).map((noise) => noise * 5);
    const increments = readings
      .slice(1)
      .map((reading, index) => ({ amount: reading - (readings[index] ?? 0), joins: 100 }));
    const isFound = increments.some(
      (_, look) => (slopeOf(increments.slice(0, look), 1, alphaOfLook(0.01, look)).low ?? -1) > 0,
    );
    if (isFound) wrong++;
  }
  expect(wrong).toBeLessThanOrEqual(2);
});
