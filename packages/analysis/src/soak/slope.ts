/**
 * Growth of a resource for each thousand joins, with an interval: mean of differences between
 * readings of a server at rest.
 */
import { mean, probit, sampleStandardDeviation } from 'simple-statistics';

/** Growth between two readings of a server at rest. */
export interface Increment {
  /** Amount, in the unit of the resource. */
  amount: number;
  joins: number;
}

/** Growth per 1,000 joins. */
export interface Slope {
  perThousand: number;
  /** Limits of the interval that contains the true slope; null: too few readings. */
  low: number | null;
  high: number | null;
  increments: number;
}

/** Least number of increments: with fewer, the standard deviation is too uncertain. */
export const LEAST_INCREMENTS = 5;

/**
 * Slope of the increments.
 * @param step smallest difference that a reading can show: equal readings do not make a slope more
 * certain than that
 * @param alpha probability that the slope is outside of the interval
 */
export const slopeOf = (increments: readonly Increment[], step: number, alpha: number): Slope => {
  const rates = increments.map(({ amount, joins }) => (amount / joins) * 1_000);
  const perThousand = rates.length === 0 ? 0 : mean(rates);
  if (rates.length < LEAST_INCREMENTS)
    return { perThousand, low: null, high: null, increments: rates.length };
  const resolution = (step * 500) / mean(increments.map(({ joins }) => joins));
  const deviation = Math.max(sampleStandardDeviation(rates), resolution);
  const margin =
    (studentQuantile(1 - alpha / 2, rates.length - 1) * deviation) / Math.sqrt(rates.length);
  return {
    perThousand,
    low: perThousand - margin,
    high: perThousand + margin,
    increments: rates.length,
  };
};

/**
 * Share of `alpha` that evaluation number `look` (from 1; null: the last one) may use. The shares
 * of all evaluations add up to `alpha`: evaluating after every cycle and stopping at the first
 * certain result is wrong no more often than evaluating once. Half of `alpha` is left for the last
 * evaluation.
 */
export const alphaOfLook = (alpha: number, look: number | null): number =>
  look === null ? alpha / 2 : alpha / 2 / (look * (look + 1));

/**
 * Quantile of Student's t-distribution, by the expansion in 1/df of Abramowitz and Stegun, 26.7.5:
 * within 2 % for `df` ≥ 4 and `p` ≤ 0.9999.
 */
export const studentQuantile = (p: number, df: number): number => {
  const z = probit(p);
  const z2 = z * z;
  const g1 = (z2 + 1) / 4;
  const g2 = ((5 * z2 + 16) * z2 + 3) / 96;
  const g3 = (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384;
  const g4 = ((((79 * z2 + 776) * z2 + 1_482) * z2 - 1_920) * z2 - 945) / 92_160;
  return z * (1 + (g1 + (g2 + (g3 + g4 / df) / df) / df) / df);
};
