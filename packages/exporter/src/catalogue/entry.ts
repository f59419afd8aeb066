export type MetricType = 'counter' | 'gauge' | 'histogram' | 'summary';

/** One metric as people see it on /metrics. The exporter registers from it, the docs are made of it, dashboards and alerts may only use what is here. */
export interface CatalogueEntry {
  type: MetricType;
  /** One sentence without a full stop; it is the HELP line. */
  help: string;
  labels: readonly string[];
  /** What a label can be, where that is a list of ours. */
  values?: Readonly<Record<string, readonly string[]>>;
  /** Upper bounds of a histogram, in the unit of the name. */
  buckets?: readonly number[];
  /** Of a summary. */
  quantiles?: readonly number[];
  /** `always`: while its source is on (for runs: while one is exposed; for probes: after each probe). `first-use`: not before it has happened. */
  appears: 'always' | 'first-use';
  /** Why it is not there from the beginning. */
  why?: string;
}

/** The metrics of one source, by their names. */
export type MetricFamily = Readonly<Record<string, CatalogueEntry>>;

interface Options {
  labels?: readonly string[];
  values?: Readonly<Record<string, readonly string[]>>;
  /** Makes it `first-use`. */
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
  appears: why === undefined ? ('always' as const) : ('first-use' as const),
  ...(values === undefined ? {} : { values }),
  ...(why === undefined ? {} : { why }),
});

/** Only ever grows; the name ends in `_total`. */
export const counter = (help: string, options: Options = {}) => entry('counter', help, options);

export const gauge = (help: string, options: Options = {}) => entry('gauge', help, options);

/** @param buckets upper bounds, ascending, without +Inf */
export const histogram = (help: string, buckets: readonly number[], options: Options = {}) => ({
  ...entry('histogram', help, options),
  buckets,
});

/** Quantiles of what was last measured; without count and sum. */
export const summary = (help: string, quantiles: readonly number[], options: Options = {}) => ({
  ...entry('summary', help, options),
  quantiles,
});
