export type MetricType = 'counter' | 'gauge' | 'histogram' | 'summary';

/**
 * One metric of /metrics. The exporter registers it from here, the docs are generated from it, and
 * dashboards and alerts use only metrics of the catalogue.
 */
export interface CatalogueEntry {
  type: MetricType;
  /** Sentence without a full stop, used as the HELP line. */
  help: string;
  labels: readonly string[];
  /** Values of a label, where the exporter defines them. */
  values?: Readonly<Record<string, readonly string[]>>;
  /** Upper bounds of a histogram, in the unit of the name. */
  buckets?: readonly number[];
  /** Quantiles of a summary, 0 … 1. */
  quantiles?: readonly number[];
  /**
   * `always`: while its source is enabled (for runs: while one is exposed; for probes: after each
   *   probe). `first_use`: after the event that `why` names.
   */
  appears: 'always' | 'first_use';
  /** Condition under which the metric exists. */
  why?: string;
}

/** The metrics of one source, by their names. */
export type MetricFamily = Readonly<Record<string, CatalogueEntry>>;

interface Options {
  labels?: readonly string[];
  values?: Readonly<Record<string, readonly string[]>>;
  /** Condition of a metric that appears at its first use. */
  why?: string;
}

const entry = <Type extends MetricType>(
  type: Type,
  help: string,
  { labels = [], values, why }: Options,
) => ({
  type,
  help,
  labels,
  appears: why === undefined ? ('always' as const) : ('first_use' as const),
  ...(values === undefined ? {} : { values }),
  ...(why === undefined ? {} : { why }),
});

/** Entry of a counter. It never decreases; its name ends in `_total`. */
export const counter = (help: string, options: Options = {}) => entry('counter', help, options);

export const gauge = (help: string, options: Options = {}) => entry('gauge', help, options);

/**
 * Entry of a histogram.
 * @param buckets upper bounds, ascending, without +Inf
 */
export const histogram = (help: string, buckets: readonly number[], options: Options = {}) => ({
  ...entry('histogram', help, options),
  buckets,
});

/** Entry of a summary: quantiles of the last measurement, without count and sum. */
export const summary = (help: string, quantiles: readonly number[], options: Options = {}) => ({
  ...entry('summary', help, options),
  quantiles,
});
