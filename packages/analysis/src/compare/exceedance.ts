import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { combinations, mean, median } from 'simple-statistics';
import { centreOfPairs } from './shift.ts';

/**
 * Test behind every verdict: is a figure worse by more than its margin, and by more than chance? A
 * permutation test of whole runs with the maximum over all figures (maxT; Westfall & Young,
 * Resampling-Based Multiple Testing, 1993). Reasons: docs/adr/0005.
 *
 * If both sides are equal, it is chance which runs are labelled current. For every relabelling, the
 * largest deviation of any figure is computed. A figure exceeds its margin if its deviation, *less
 * its margin*, is larger than that maximum in 95 of 100 relabellings. This holds for any number of
 * figures, and for any distributions and correlations of them: among comparisons of equal runs, at
 * most 5 in 100 find *any* figure worse.
 */

/**
 * Values of one figure in all runs, in margins, where more is worse; by round where runs are
 * paired.
 */
export interface Sides {
  base: readonly number[];
  current: readonly number[];
}

const MARGIN = 1;
/**
 * Least noise of a figure, in margins: without it, the figure with the least noise would always
 * deviate most.
 */
const LEAST_NOISE = 0.25;
/** Ratio of the standard deviation to the mean deviation in a normal distribution. */
const TO_SIGMA = Math.sqrt(Math.PI / 2);

/**
 * Probability for each figure that any figure deviates as much if all are equal. All figures have
 * the same number of runs on each side.
 */
export const chanceOfExcess = (figures: readonly Sides[], seed: number): number[] => {
  const [first] = figures;
  if (first === undefined) return [];
  const names = [...first.base.map(() => false), ...first.current.map(() => true)];
  const pooled = figures.map(({ base, current }) => [...base, ...current]);
  const standOut = (
    values: readonly number[],
    isCurrent: readonly boolean[],
    off: number,
  ): number => {
    const base = values.filter((_, run) => isCurrent[run] !== true);
    const current = values.filter((_, run) => isCurrent[run] === true);
    const noise =
      ((deviation(base) + deviation(current)) / 2) *
      Math.sqrt(1 / base.length + 1 / current.length);
    return (median(base.flatMap((a) => current.map((b) => b - a))) - off) / (noise + LEAST_NOISE);
  };
  return chances(pooled, names, splits(first.base.length, first.current.length, seed), standOut);
};

/**
 * Probability as of `chanceOfExcess` for runs in pairs: base and current of one round used the same
 * host at the same time.
 */
export const chanceOfExcessInPairs = (figures: readonly Sides[], seed: number): number[] => {
  const [first] = figures;
  if (first === undefined) return [];
  const asTheyWere = first.base.map(() => false);
  const differences = figures.map(({ base, current }) =>
    current.map((value, round) => value - (base[round] ?? 0)),
  );
  const standOut = (
    values: readonly number[],
    swapped: readonly boolean[],
    off: number,
  ): number => {
    const signed = values.map((value, round) => (swapped[round] === true ? -value : value));
    return (
      (centreOfPairs(signed) - off) / (deviation(signed) / Math.sqrt(signed.length) + LEAST_NOISE)
    );
  };
  return chances(differences, asTheyWere, swaps(first.base.length, seed), standOut);
};

/**
 * Step-down procedure (ibid., algorithm 4.1): the figure with the largest deviation is tested
 * against the maximum of all, the next one against the maximum of the remaining ones. Otherwise one
 * figure that is a hundred times worse would hide all others.
 */
const chances = (
  figures: readonly (readonly number[])[],
  observed: readonly boolean[],
  { ways, complete }: Relabelings<boolean[]>,
  standOut: (values: readonly number[], way: readonly boolean[], off: number) => number,
): number[] => {
  const ranked = figures
    .map((values, index) => ({
      index,
      values,
      own: standOut(values, observed, MARGIN),
      exceeded: 0,
    }))
    .sort((a, b) => b.own - a.own);
  for (const way of ways) {
    let strongest = Number.NEGATIVE_INFINITY;
    for (const figure of ranked.toReversed()) {
      strongest = Math.max(strongest, standOut(figure.values, way, 0));
      if (strongest >= figure.own) figure.exceeded++;
    }
  }
  // The observed labelling is one of all; a sample may lack it.
  const unseen = complete ? 0 : 1;
  const result = figures.map(() => 1);
  let least = 0;
  for (const { index, exceeded } of ranked) {
    least = Math.max(least, (exceeded + unseen) / (ways.length + unseen));
    result[index] = least;
  }
  return result;
};

/** Scatter around the median, as a standard deviation. */
export const deviation = (values: readonly number[]): number => {
  const middle = median(values);
  return mean(values.map((value) => Math.abs(value - middle))) * TO_SIGMA;
};

/** Number of labellings up to which all are enumerated; of more, a seeded sample is taken. */
const ALL_UP_TO = 4_096;
const SAMPLED = 2_000;

/** Label permutations under the null hypothesis; the observed labelling is always included. */
export interface Relabelings<T> {
  ways: readonly T[];
  /** True if `ways` holds all labellings; to a sample, the observed one must be added. */
  complete: boolean;
}

/** Number of ways to choose the base runs among m + n runs. */
export const countSplits = (m: number, n: number): number => {
  let ways = 1;
  for (let i = 1; i <= n; i++) ways = (ways * (m + i)) / i;
  return Math.round(ways);
};

/**
 * Labellings of independent runs: for each of `m` base and then `n` current runs, whether it is
 * labelled current.
 */
export const splits = (m: number, n: number, seed: number): Relabelings<boolean[]> => {
  const places = Array.from({ length: m + n }, (_, place) => place);
  if (countSplits(m, n) <= ALL_UP_TO) {
    const ways = combinations(places, n).map((chosen: number[]) =>
      places.map((place) => chosen.includes(place)),
    );
    return { ways, complete: true };
  }
  const random = xoroshiro128plus(seed);
  const ways = Array.from({ length: SAMPLED }, () => {
    const current = places.map((place) => place >= m);
    for (let place = m + n - 1; place > 0; place--) {
      const other = uniformInt(random, 0, place);
      [current[place], current[other]] = [current[other] === true, current[place] === true];
    }
    return current;
  });
  return { ways, complete: false };
};

/** Labellings of paired runs: for each round, whether base and current are swapped. */
export const swaps = (rounds: number, seed: number): Relabelings<boolean[]> => {
  const all = 2 ** rounds;
  if (all <= ALL_UP_TO) {
    const ways = Array.from({ length: all }, (_, way) =>
      Array.from({ length: rounds }, (_, round) => ((way >> round) & 1) === 1),
    );
    return { ways, complete: true };
  }
  const random = xoroshiro128plus(seed);
  const ways = Array.from({ length: SAMPLED }, () =>
    Array.from({ length: rounds }, () => uniformInt(random, 0, 1) === 1),
  );
  return { ways, complete: false };
};
