import {
  type Aggregation,
  formatAggregation,
  formatTarget,
  type Labels,
  type MetricName,
  metricDefinition,
} from '@livekit-swarm/metrics';

/** Figure over time; null: nothing was measured. */
export interface TimeSeries {
  /** Value of each step. */
  value: (number | null)[];
  /**
   * Lowest and highest single second of each step, which an average over several seconds would
   * hide.
   */
  low: (number | null)[];
  high: (number | null)[];
}

/**
 * Rule by which several seconds become one step:
 *
 * - mean: sum of parts divided by sum of wholes; exact for shares and for amounts per second
 * - max: highest second; percentiles cannot be averaged, and readers look for peaks
 * - sum: number of events; zero where there was none, never null
 */
export type Downsampling = 'mean' | 'max' | 'sum';

/**
 * Contribution of one second to a series: an amount and its divisor (seconds, packets, …), and the
 * figure of the second.
 */
export interface SeriesCell {
  part: number;
  whole: number;
  /** Figure of the second; null: too little was measured. */
  figure: number | null;
}

/**
 * Time series that merges its steps two by two, so that a long run takes no more memory than a
 * short one.
 */
export class TimeSeriesBuilder {
  readonly #downsampling: Downsampling;
  #parts: number[] = [];
  #wholes: number[] = [];
  #lows: number[] = [];
  #highs: number[] = [];

  constructor(downsampling: Downsampling) {
    this.#downsampling = downsampling;
  }

  add(step: number, { part, whole, figure }: SeriesCell): void {
    this.#grow(step + 1);
    this.#parts[step] = (this.#parts[step] ?? 0) + part;
    this.#wholes[step] = (this.#wholes[step] ?? 0) + whole;
    if (figure === null) return;
    this.#lows[step] = Math.min(this.#lows[step] ?? figure, figure);
    this.#highs[step] = Math.max(this.#highs[step] ?? figure, figure);
  }

  /** Merges every two steps into one. */
  halve(): void {
    this.#parts = pairs(this.#parts, (a, b) => a + b);
    this.#wholes = pairs(this.#wholes, (a, b) => a + b);
    this.#lows = pairs(this.#lows, Math.min);
    this.#highs = pairs(this.#highs, Math.max);
  }

  /** Series with a given number of steps; null where nothing was measured. */
  series(steps: number): TimeSeries {
    this.#grow(steps);
    const high = this.#highs.slice(0, steps).map(known);
    const low = this.#lows.slice(0, steps).map(known);
    return { value: high.map((highest, step) => this.#value(step, highest)), low, high };
  }

  /** Value of one step, read without building the series. */
  at(step: number): number | null {
    const highest = known(this.#highs[step] ?? Number.NEGATIVE_INFINITY);
    return this.#value(step, highest);
  }

  #value(step: number, highest: number | null): number | null {
    const part = this.#parts[step] ?? 0;
    if (this.#downsampling === 'sum') return part;
    if (this.#downsampling === 'max' || highest === null) return highest;
    const whole = this.#wholes[step] ?? 0;
    return whole > 0 ? part / whole : null;
  }

  #grow(steps: number): void {
    while (this.#parts.length < steps) {
      this.#parts.push(0);
      this.#wholes.push(0);
      this.#lows.push(Number.POSITIVE_INFINITY);
      this.#highs.push(Number.NEGATIVE_INFINITY);
    }
  }
}

const pairs = (values: readonly number[], join: (a: number, b: number) => number): number[] =>
  Array.from({ length: Math.ceil(values.length / 2) }, (_, pair) => {
    const [a, b] = values.slice(2 * pair, 2 * pair + 2);
    return a === undefined ? Number.NaN : b === undefined ? a : join(a, b);
  });

const known = (figure: number): number | null => (Number.isFinite(figure) ? figure : null);

/**
 * Query of a figure over time: an aggregation of a metric over all series that the selector
 * matches.
 */
export interface SeriesQuery {
  metric: MetricName;
  selector: Labels;
  aggregation: Aggregation;
}

/** Name of a query, equal for equal queries: `media_latency{kind:audio}: p(95)`. */
export const seriesName = ({ metric, selector, aggregation }: SeriesQuery): string => {
  const sorted = Object.fromEntries(Object.entries(selector).sort());
  return `${formatTarget({ metric, selector: sorted, window: null })}: ${formatAggregation(aggregation)}`;
};

/**
 * Downsampling of a query: shares and amounts add up over seconds; percentiles and extremes do not.
 */
export const downsamplingOf = ({ metric, aggregation }: SeriesQuery): Downsampling =>
  metricDefinition(metric).type === 'trend' &&
  aggregation.type !== 'avg' &&
  aggregation.type !== 'count'
    ? 'max'
    : 'mean';
