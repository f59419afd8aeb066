import {
  type Environment,
  MS,
  type OtlpExporter,
  ownSetting,
  readChoice,
  readCount,
  readOtlpExporter,
  variableOf,
} from './otlp-exporter.ts';

export interface OtlpSettings extends OtlpExporter {
  /** Kinds of metrics that are sent as the difference to the last push instead of the total. */
  deltas: ReadonlySet<'counter' | 'histogram'>;
  histograms: 'exponential' | 'explicit';
  intervalMs: number;
}

/**
 * Default interval, ms. The specification's default is a minute, for services that run for days.
 */
const INTERVAL_MS = 5_000;

/**
 * Reads the settings of the metrics of OTLP.
 * @param url URL of the flag
 * @throws SwarmError `usage`; the message contains no secret
 */
export const readOtlpSettings = (url: string | null, env: Environment): OtlpSettings => {
  const own = (name: string) => ownSetting('metrics', name, env);
  return {
    ...readOtlpExporter('metrics', url, env),
    deltas: DELTAS[readChoice(own('TEMPORALITY_PREFERENCE'), TEMPORALITIES) ?? 'none'],
    histograms: readChoice(own('DEFAULT_HISTOGRAM_AGGREGATION'), AGGREGATIONS) ?? 'exponential',
    intervalMs: readCount(variableOf('OTEL_METRIC_EXPORT_INTERVAL', env), MS) ?? INTERVAL_MS,
  };
};

const TEMPORALITIES = { cumulative: 'none', delta: 'all', lowmemory: 'histograms' } as const;
/**
 * Metrics with delta temporality, by preference. `lowmemory` keeps totals for counters that are
 * read from elsewhere, as those of a run are.
 */
const DELTAS: Record<'none' | 'all' | 'histograms', ReadonlySet<'counter' | 'histogram'>> = {
  none: new Set(),
  all: new Set(['counter', 'histogram']),
  histograms: new Set(['histogram']),
};
const AGGREGATIONS = {
  explicit_bucket_histogram: 'explicit',
  base2_exponential_bucket_histogram: 'exponential',
} as const;
