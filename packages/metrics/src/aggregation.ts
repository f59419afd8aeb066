import type { MetricType } from './metrics.ts';
import type { Sketch } from './sketch.ts';

/** Value of one metric, merged over all selected labels. */
export type MetricValue =
  /**
   * Distribution of times. `uncertaintyMs` is the largest error of a value that compares two
   * clocks; 0: no value does.
   */
  | { type: 'trend'; sketch: Sketch; uncertaintyMs: number }
  | { type: 'rate'; hits: number; total: number }
  | { type: 'counter'; count: number; perSecond: number | undefined }
  | { type: 'gauge'; avg: number; min: number; max: number };

export type Aggregation =
  | { type: 'avg' | 'min' | 'med' | 'max' | 'count' | 'rate' | 'value' }
  | { type: 'p'; percentile: number };

/** Aggregations that each type of metric has. */
export const AGGREGATIONS: Record<MetricType, readonly Aggregation['type'][]> = {
  trend: ['avg', 'min', 'med', 'max', 'p', 'count'],
  rate: ['rate', 'count'],
  counter: ['count', 'rate'],
  gauge: ['value', 'min', 'max', 'avg'],
};

/** Text of an aggregation in an expression: `p(95)`, `rate`, … */
export const formatAggregation = (aggregation: Aggregation): string =>
  aggregation.type === 'p' ? `p(${aggregation.percentile})` : aggregation.type;

/** Text of an aggregation in a flat key such as `join_time.p95`: `p95`, `rate`, … */
export const aggregationKey = (aggregation: Aggregation): string =>
  aggregation.type === 'p' ? `p${aggregation.percentile}` : aggregation.type;

/**
 * Computes an aggregation, in the metric's unit.
 * @returns undefined if nothing was measured or the metric does not have the aggregation
 */
export const aggregate = (
  value: MetricValue | undefined,
  aggregation: Aggregation,
): number | undefined => {
  switch (value?.type) {
    case 'trend':
      return aggregateTrend(value.sketch, aggregation);
    case 'rate':
      if (value.total <= 0) return undefined;
      return aggregation.type === 'rate'
        ? value.hits / value.total
        : aggregation.type === 'count'
          ? value.hits
          : undefined;
    case 'counter':
      return aggregation.type === 'count'
        ? value.count
        : aggregation.type === 'rate'
          ? value.perSecond
          : undefined;
    case 'gauge':
      return aggregation.type === 'value' || aggregation.type === 'avg'
        ? value.avg
        : aggregation.type === 'min' || aggregation.type === 'max'
          ? value[aggregation.type]
          : undefined;
    default:
      return undefined;
  }
};

const aggregateTrend = (
  sketch: Extract<MetricValue, { type: 'trend' }>['sketch'],
  aggregation: Aggregation,
): number | undefined => {
  if (sketch.count === 0) return undefined;
  switch (aggregation.type) {
    case 'p':
      return sketch.quantile(aggregation.percentile / 100);
    case 'med':
      return sketch.quantile(0.5);
    case 'avg':
    case 'min':
    case 'max':
    case 'count':
      return sketch[aggregation.type];
    default:
      return undefined;
  }
};
