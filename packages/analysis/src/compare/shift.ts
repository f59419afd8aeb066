import { median } from 'simple-statistics';

/** Difference between two groups of values, with its interval. */
export interface Shift {
  /**
   * Estimate of Hodges and Lehmann: the median of all differences. One outlier among five runs has
   * little influence on it.
   */
  estimate: number;
  from: number;
  to: number;
  /**
   * Confidence of the interval, from 0 to 1: at least the required one, or the highest that few
   * values allow.
   */
  confidence: number;
}

/** Required confidence of an interval. */
const CONFIDENCE = 0.95;

/**
 * Shift between independent groups, and the interval that inverts the exact Mann–Whitney test
 * (Hodges & Lehmann 1963; Hollander, Wolfe & Chicken, Nonparametric Statistical Methods, §4.2–4.3).
 * Neither assumes a normal distribution.
 * @param from values of the first group, at least one
 * @param to values of the second group, at least one
 */
export const shiftBetween = (from: readonly number[], to: readonly number[]): Shift =>
  read(
    from.flatMap((a) => to.map((b) => b - a)),
    rankSumCounts(from.length, to.length),
  );

/**
 * Shift of paired differences, and the interval that inverts the exact signed-rank test (Walsh
 * averages; ibid. §3.2–3.3).
 * @param differences at least one
 */
export const shiftOfPairs = (differences: readonly number[]): Shift =>
  read(
    differences.flatMap((a, index) => differences.slice(index).map((b) => (a + b) / 2)),
    signedRankCounts(differences.length),
  );

/**
 * The estimate of `shiftOfPairs` alone, many times faster: permutation tests need it for thousands
 * of labellings.
 * @param differences at least one
 */
export const centreOfPairs = (differences: readonly number[]): number => {
  const { length } = differences;
  const averages = new Float64Array((length * (length + 1)) / 2);
  let next = 0;
  for (let a = 0; a < length; a++)
    for (let b = a; b < length; b++)
      averages[next++] = ((differences[a] ?? 0) + (differences[b] ?? 0)) / 2;
  averages.sort();
  const middle = averages.length >> 1;
  const upper = averages[middle] ?? 0;
  return averages.length % 2 === 1 ? upper : (upper + (averages[middle - 1] ?? 0)) / 2;
};

/**
 * Estimate and interval.
 * @param values values whose order the test counts in
 * @param counts how often each outcome of the test occurs at random
 */
const read = (values: number[], counts: readonly number[]): Shift => {
  values.sort((a, b) => a - b);
  const all = counts.reduce((sum, count) => sum + count, 0);
  let skip = 0;
  let tail = (counts[0] ?? 0) / all;
  for (let more = tail; ; skip++) {
    more += (counts[skip + 1] ?? 0) / all;
    if (more > (1 - CONFIDENCE) / 2 || skip + 1 >= values.length / 2) break;
    tail = more;
  }
  const [from = 0, to = 0] = [values[skip], values[values.length - 1 - skip]];
  return { estimate: median(values), from, to, confidence: Math.max(0, 1 - 2 * tail) };
};

/**
 * Frequencies of the values of Mann–Whitney's U, from 0, over all ways to mix the groups: the
 * coefficients of the Gaussian binomial.
 */
export const rankSumCounts = (m: number, n: number): number[] => {
  const counts = new Array<number>(m * n + 1).fill(0);
  counts[0] = 1;
  for (let i = 1; i <= n; i++) {
    for (let u = m * n; u >= m + i; u--) counts[u] = (counts[u] ?? 0) - (counts[u - m - i] ?? 0);
    for (let u = i; u <= m * n; u++) counts[u] = (counts[u] ?? 0) + (counts[u - i] ?? 0);
  }
  return counts;
};

/**
 * Frequencies of the values of Wilcoxon's signed-rank sum, from 0, over all ways to set n signs.
 */
export const signedRankCounts = (n: number): number[] => {
  const counts = new Array<number>((n * (n + 1)) / 2 + 1).fill(0);
  counts[0] = 1;
  for (let rank = 1; rank <= n; rank++) {
    for (let sum = counts.length - 1; sum >= rank; sum--)
      counts[sum] = (counts[sum] ?? 0) + (counts[sum - rank] ?? 0);
  }
  return counts;
};
