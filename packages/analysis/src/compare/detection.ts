import { type MetricName, metricDefinition } from '@livekit-swarm/metrics';
import type { RecordedRun } from './comparability.ts';
import { deviation } from './exceedance.ts';
import { type Figure, figuresOf, type MeasuredRun } from './figures.ts';
import { ANY_AMOUNT } from './margin.ts';
import { wholeRounds } from './whole-rounds.ts';

/** A change that a session of `swarm ab` has to find: a share of the average of a metric. */
export interface WantedChange {
  metric: MetricName;
  share: number;
}

/** Power of the rounds of a session to find a wanted change of one figure. */
export interface Detection {
  /** Key of the figure: `media_latency{kind:audio}.avg`. */
  figure: string;
  /** The wanted change, as a share of the figure. */
  share: number;
  /** Rounds so far. */
  rounds: number;
  /**
   * Largest variation of the figure from round to round that so few rounds do not exclude, as a
   * share of it (80 % confidence). Null: it is not measured, or zero, in one of the rounds.
   */
  variation: number | null;
  /** Rounds that find the change in four sessions of five. Null: more than MOST_ROUNDS. */
  required: number | null;
}

/**
 * Largest standard deviation of the differences within rounds, as a part of the wanted change, at
 * which four sessions of five find it, by number of rounds: `node bench/comparison-power.ts
 * --detect`, with 19 other figures that vary by 2 to 20 %.
 */
const LARGEST_VARIATION: readonly (readonly [rounds: number, variation: number])[] = [
  [6, 0.4],
  [8, 0.5],
  [12, 0.55],
  [16, 0.65],
  [24, 0.8],
];

/** Least number of rounds in which a change can be found. */
export const FEWEST_ROUNDS = 6;
/** Largest number of rounds that is worth while: more cost more time than they find. */
export const MOST_ROUNDS = 24;

/**
 * Share of the wanted change that counts as none: a fifth, so that the change itself stands out
 * from it.
 */
const TOLERATED = 0.2;

/** Tolerance of the metric in which a change is to be found. */
export const toleranceToDetect = ({ share }: WantedChange) => ({
  relative: share * TOLERATED,
  absolute: ANY_AMOUNT,
});

/** Largest variation at which each number of rounds finds a change, as shares of the figure. */
export const variationsFound = (share: number): { rounds: number; variation: number }[] =>
  LARGEST_VARIATION.map(([rounds, part]) => ({ rounds, variation: part * share }));

/**
 * Compares the wanted change with the variation of the rounds so far. The differences of both sides
 * are not looked at, only their scatter: ending a session by it makes no difference appear.
 */
export const assessDetection = (
  { metric, share }: WantedChange,
  base: readonly RecordedRun[],
  current: readonly RecordedRun[],
): Detection[] => {
  const [was, is] = wholeRounds(base, current);
  const { type } = metricDefinition(metric);
  const figures = figuresOf(
    [...was, ...is],
    new Set([metric]),
    new Set(type === 'trend' ? [metric] : []),
  ).filter(
    (figure) => figure.metric === metric && (type !== 'trend' || figure.aggregation.type === 'avg'),
  );
  return figures.map((figure) => {
    const variation = variationOf(was.map((run, round) => logRatio(figure, run, is[round])));
    const found = LARGEST_VARIATION.find(
      ([, part]) => variation !== null && variation <= part * Math.log1p(share),
    );
    return {
      ...{ figure: figure.key, share, rounds: was.length, variation },
      required: found?.[0] ?? null,
    };
  });
};

/** Difference of a figure within a round. @returns null: not measured, or zero */
const logRatio = (
  { read }: Figure,
  base: MeasuredRun,
  current: MeasuredRun | undefined,
): number | null => {
  const ratio =
    Math.log((current === undefined ? undefined : read(current)) ?? 0) - Math.log(read(base) ?? 0);
  return Number.isFinite(ratio) ? ratio : null;
};

/** Standard normal quantile of the confidence of an upper bound, 80 %. */
const Z = 0.8416;

/**
 * Upper bound of the standard deviation of differences, by the chi-square distribution in the
 * approximation of Wilson and Hilferty (1931). @returns null if one is missing, or there are too few
 */
const variationOf = (differences: readonly (number | null)[]): number | null => {
  const known = differences.filter((one) => one !== null);
  const { length } = known;
  if (length < differences.length || length < 2) return null;
  const degrees = length - 1;
  const spread = 2 / (9 * degrees);
  return (
    deviation(known) * Math.sqrt(length / degrees) * (1 - spread - Z * Math.sqrt(spread)) ** -1.5
  );
};
