import type { SeriesQuery } from '@livekit-swarm/analysis';
import type { Aggregation, Labels, MetricName } from '@livekit-swarm/metrics';

export const RATE: Aggregation = { type: 'rate' };
export const MAX: Aggregation = { type: 'max' };
export const percentile = (p: number): Aggregation => ({ type: 'p', percentile: p });

export const seriesQuery = (
  metric: MetricName,
  selector: Labels = {},
  aggregation: Aggregation = RATE,
): SeriesQuery => ({
  metric,
  selector,
  aggregation,
});
