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

/** Figures of the whole run: the overview of a report, and the key figures of the live page. */
export const OVERVIEW = {
  loss: seriesQuery('packet_loss'),
  received: seriesQuery('bytes_received'),
  sent: seriesQuery('bytes_sent'),
  latency: seriesQuery('media_latency', {}, percentile(95)),
  jitter: seriesQuery('jitter', {}, percentile(95)),
  interruptions: seriesQuery('media_interruptions'),
} as const;
