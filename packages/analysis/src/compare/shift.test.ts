import { expect, test } from 'vitest';
import { rankSumCounts, shiftBetween, shiftOfPairs, signedRankCounts } from './shift.ts';

const cumulated = (counts: readonly number[], upTo: number): number =>
  counts.slice(0, upTo + 1).reduce((sum, count) => sum + count, 0) /
  counts.reduce((sum, count) => sum + count, 0);

// Largest significant values by published tables, two-sided 5 % (Mann & Whitney 1947; Wilcoxon
// 1945).
test.each([
  [4, 4, 0],
  [5, 5, 2],
  [6, 6, 5],
  [8, 8, 13],
  [10, 10, 23],
  [5, 10, 8],
])("Mann–Whitney's U of %d and %d is significant up to %d", (m, n, critical) => {
  const counts = rankSumCounts(m, n);
  expect(cumulated(counts, critical)).toBeLessThanOrEqual(0.025);
  expect(cumulated(counts, critical + 1)).toBeGreaterThan(0.025);
});

test.each([
  [6, 0],
  [8, 3],
  [10, 8],
  [15, 25],
  [20, 52],
])("Wilcoxon's signed-rank sum of %d pairs is significant up to %d", (pairs, critical) => {
  const counts = signedRankCounts(pairs);
  expect(cumulated(counts, critical)).toBeLessThanOrEqual(0.025);
  expect(cumulated(counts, critical + 1)).toBeGreaterThan(0.025);
});

test('counts all ways to mix the groups and to set the signs', () => {
  expect(rankSumCounts(5, 5).reduce((a, b) => a + b)).toBe(252);
  expect(rankSumCounts(2, 2)).toEqual([1, 1, 2, 1, 1]);
  expect(rankSumCounts(7, 3)).toEqual(rankSumCounts(3, 7));
  expect(signedRankCounts(3)).toEqual([1, 1, 1, 2, 1, 1, 1]);
});

// Hollander, Wolfe & Chicken, table 4.1 (permeability of membranes): estimate −0.305; R's
// wilcox.test(conf.int = TRUE) yields (−0.76, 0.15) at 95.7 %.
test('the shift of independent groups agrees with the textbook', () => {
  const term = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
  const weeks = [1.15, 0.88, 0.9, 0.74, 1.21];
  const { estimate, from, to, confidence } = shiftBetween(term, weeks);
  expect(estimate).toBeCloseTo(-0.305, 10);
  expect([from, to]).toEqual([expect.closeTo(-0.76, 10), expect.closeTo(0.15, 10)]);
  expect(confidence).toBeCloseTo(0.96, 2);
});

// Ibid., table 3.1 (depression scores before and after): estimate −0.46; R yields (−0.786, −0.01)
// at 96.1 %.
test('the shift of pairs agrees with the textbook', () => {
  const before = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3];
  const after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
  const { estimate, from, to, confidence } = shiftOfPairs(
    after.map((value, index) => value - (before[index] ?? 0)),
  );
  expect(estimate).toBeCloseTo(-0.46, 2);
  expect([from, to]).toEqual([expect.closeTo(-0.786, 3), expect.closeTo(-0.01, 3)]);
  expect(confidence).toBeCloseTo(0.961, 3);
});

test('few values have a low confidence', () => {
  expect(shiftBetween([1, 2, 3], [4, 5, 6])).toEqual({
    estimate: 3,
    from: 1,
    to: 5,
    confidence: expect.closeTo(0.9),
  });
  expect(shiftBetween([1], [4])).toEqual({ estimate: 3, from: 3, to: 3, confidence: 0 });
  expect(shiftOfPairs([2])).toEqual({ estimate: 2, from: 2, to: 2, confidence: 0 });
});

test('one outlier in five runs has little influence on the estimate', () => {
  expect(shiftBetween([10, 11, 12, 10, 11], [10, 11, 12, 10, 500]).estimate).toBeLessThanOrEqual(1);
});
