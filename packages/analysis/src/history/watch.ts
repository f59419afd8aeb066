import {
  type Aggregation,
  formatAggregation,
  formatTarget,
  type Labels,
  type MetricName,
  metricDefinition,
} from '@livekit-swarm/metrics';
import type { Joining } from './column.ts';

/** A figure to be followed over time: an aggregation of a metric, of those that the selector says. */
export interface Watch {
  metric: MetricName;
  selector: Labels;
  aggregation: Aggregation;
}

/** `media_latency{kind:audio}: p(95)`; the same for watches that are the same. */
export const watchName = ({ metric, selector, aggregation }: Watch): string => {
  const sorted = Object.fromEntries(Object.entries(selector).sort());
  return `${formatTarget({ metric, selector: sorted, window: null })}: ${formatAggregation(aggregation)}`;
};

/** Shares and amounts add up over seconds; percentiles and extremes do not. */
export const joiningOf = ({ metric, aggregation }: Watch): Joining =>
  metricDefinition(metric).type === 'trend' &&
  aggregation.type !== 'avg' &&
  aggregation.type !== 'count'
    ? 'most'
    : 'mean';
