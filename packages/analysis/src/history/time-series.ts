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
 * - total: sum of all changes since the start, at the end of the step; never null
 */
export type Downsampling = 'mean' | 'max' | 'sum' | 'total';

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

/** Extent of the values of a series: none, only zeros, or others. */
export type Extent = 'nothing' | 'zeros' | 'figures';

/** Sums of the seconds of one step, and the extremes of their figures. */
interface Step {
  part: number;
  whole: number;
  low: number;
  high: number;
}

const EMPTY: Step = {
  part: 0,
  whole: 0,
  low: Number.POSITIVE_INFINITY,
  high: Number.NEGATIVE_INFINITY,
};

/**
 * Time series that merges its steps two by two, so that a long run takes no more memory than a
 * short one. Seconds that may still change are kept apart from those that are complete.
 */
export class TimeSeriesBuilder {
  readonly #downsampling: Downsampling;
  #complete: Step[] = [];
  readonly #open = new Map<number, Step>();

  constructor(downsampling: Downsampling) {
    this.#downsampling = downsampling;
  }

  /** Adds a complete second to its step. */
  add(step: number, cell: SeriesCell): void {
    while (this.#complete.length <= step) this.#complete.push(EMPTY);
    this.#complete[step] = joined(this.#complete[step], stepOf(cell));
  }

  /** Adds a second that may still change to its step, until `clearOpen`. */
  addOpen(step: number, cell: SeriesCell): void {
    this.#open.set(step, joined(this.#open.get(step), stepOf(cell)));
  }

  clearOpen(): void {
    this.#open.clear();
  }

  /** Merges every two steps of complete seconds into one. */
  halve(): void {
    this.#complete = Array.from({ length: Math.ceil(this.#complete.length / 2) }, (_, pair) =>
      joined(this.#complete[2 * pair], this.#complete[2 * pair + 1]),
    );
  }

  /** Series from one step to before another; null where nothing was measured. */
  series(from: number, to: number): TimeSeries {
    const series: TimeSeries = { value: [], low: [], high: [] };
    let total = 0;
    // A total needs all steps before.
    for (let step = this.#downsampling === 'total' ? 0 : from; step < to; step++) {
      const one = this.#at(step);
      total += one.part;
      if (step < from) continue;
      series.value.push(this.#value(one, total));
      series.low.push(known(one.low));
      series.high.push(known(one.high));
    }
    return series;
  }

  /** Extent of the values of the first steps. */
  extent(steps: number): Extent {
    let extent: Extent = 'nothing';
    for (let step = 0; step < steps; step++) {
      const one = this.#at(step);
      // A total is zero until its first change.
      const value = this.#value(one, one.part);
      if (value !== null && value !== 0) return 'figures';
      if (value === 0) extent = 'zeros';
    }
    return extent;
  }

  #at(step: number): Step {
    return joined(this.#complete[step], this.#open.get(step));
  }

  #value({ part, whole, low, high }: Step, total: number): number | null {
    switch (this.#downsampling) {
      case 'sum':
        return part;
      case 'total':
        return total;
      case 'max':
        return known(high);
      case 'mean': {
        if (known(high) === null || whole <= 0) return null;
        // Amounts may be negative where figures are not: see the loss in `SecondMetrics`.
        const mean = part / whole;
        return low >= 0 ? Math.max(0, mean) : mean;
      }
    }
  }
}

const stepOf = ({ part, whole, figure }: SeriesCell): Step => ({
  part,
  whole,
  low: figure ?? Number.POSITIVE_INFINITY,
  high: figure ?? Number.NEGATIVE_INFINITY,
});

const joined = (a: Step = EMPTY, b: Step = EMPTY): Step =>
  a === EMPTY
    ? b
    : b === EMPTY
      ? a
      : {
          part: a.part + b.part,
          whole: a.whole + b.whole,
          low: Math.min(a.low, b.low),
          high: Math.max(a.high, b.high),
        };

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
