/** What remains for each thousand joins, with an interval: the mean of differences between readings of a server at rest. */
import { mean, probit, sampleStandardDeviation } from 'simple-statistics';

/** What was added between two readings of a server at rest. */
export interface Increment {
  /** In the unit of the resource. */
  amount: number;
  joins: number;
}

/** Per 1,000 joins. */
export interface Slope {
  perThousand: number;
  /** The interval that contains the true slope; null: too few readings. */
  low: number | null;
  high: number | null;
  increments: number;
}

/** With fewer, a standard deviation is hardly known. */
export const LEAST_INCREMENTS = 5;

/**
 * @param step the smallest difference that a reading can show: identical readings do not make a slope certain beyond it
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
 * The share of `alpha` that look number `look` (from 1) may use, null: the last one. The shares of all looks add up to `alpha`, so that looking after every cycle, and
 * stopping at the first certain one, is no more often wrong than looking once. Half of it is left for the last look.
 */
export const alphaOfLook = (alpha: number, look: number | null): number =>
  look === null ? alpha / 2 : alpha / 2 / (look * (look + 1));

/** A quantile of Student's t-distribution, by the expansion in 1/df of Abramowitz and Stegun, 26.7.5: within 2 % for `df` ≥ 4 and `p` ≤ 0.9999. */
export const studentQuantile = (p: number, df: number): number => {
  const z = probit(p);
  const z2 = z * z;
  const g1 = (z2 + 1) / 4;
  const g2 = ((5 * z2 + 16) * z2 + 3) / 96;
  const g3 = (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384;
  const g4 = ((((79 * z2 + 776) * z2 + 1_482) * z2 - 1_920) * z2 - 945) / 92_160;
  return z * (1 + (g1 + (g2 + (g3 + g4 / df) / df) / df) / df);
};
