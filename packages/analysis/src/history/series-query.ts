import {
  type Aggregation,
  formatAggregation,
  formatTarget,
  type Labels,
  type MetricName,
  metricDefinition,
} from '@livekit-swarm/metrics';
import type { Downsampling } from './time-series.ts';

/** A figure to follow over time: an aggregation of a metric, of the series that the selector matches. */
export interface SeriesQuery {
  metric: MetricName;
  selector: Labels;
  aggregation: Aggregation;
}

/** `media_latency{kind:audio}: p(95)`; equal for equal queries. */
export const seriesName = ({ metric, selector, aggregation }: SeriesQuery): string => {
  const sorted = Object.fromEntries(Object.entries(selector).sort());
  return `${formatTarget({ metric, selector: sorted, window: null })}: ${formatAggregation(aggregation)}`;
};

/** Shares and amounts add up over seconds; percentiles and extremes do not. */
export const downsamplingOf = ({ metric, aggregation }: SeriesQuery): Downsampling =>
  metricDefinition(metric).type === 'trend' &&
  aggregation.type !== 'avg' &&
  aggregation.type !== 'count'
    ? 'max'
    : 'mean';
