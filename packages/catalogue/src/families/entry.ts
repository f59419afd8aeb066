export type MetricType = 'counter' | 'gauge' | 'histogram' | 'summary';

/** One metric of /metrics. The exporter registers it from here, the docs are generated from it, and dashboards and alerts may use nothing else. */
export interface CatalogueEntry {
  type: MetricType;
  /** One sentence without a full stop; it is the HELP line. */
  help: string;
  labels: readonly string[];
  /** The values of a label, where the exporter defines them. */
  values?: Readonly<Record<string, readonly string[]>>;
  /** Upper bounds of a histogram, in the unit of the name. */
  buckets?: readonly number[];
  /** Of a summary. */
  quantiles?: readonly number[];
  /** `always`: while its source is enabled (for runs: while one is exposed; for probes: after each probe). `first_use`: after the event that `why` names. */
  appears: 'always' | 'first_use';
  /** The condition under which it exists. */
  why?: string;
}

/** The metrics of one source, by their names. */
export type MetricFamily = Readonly<Record<string, CatalogueEntry>>;

interface Options {
  labels?: readonly string[];
  values?: Readonly<Record<string, readonly string[]>>;
  /** Makes it `first_use`. */
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

/** Only ever grows; the name ends in `_total`. */
export const counter = (help: string, options: Options = {}) => entry('counter', help, options);

export const gauge = (help: string, options: Options = {}) => entry('gauge', help, options);

/** @param buckets upper bounds, ascending, without +Inf */
export const histogram = (help: string, buckets: readonly number[], options: Options = {}) => ({
  ...entry('histogram', help, options),
  buckets,
});

/** Quantiles of the last measurement; without count and sum. */
export const summary = (help: string, quantiles: readonly number[], options: Options = {}) => ({
  ...entry('summary', help, options),
  quantiles,
});
