import type { MetricName, MetricReader, Sketch } from '@livekit-swarm/metrics';
import { RUN_METRICS } from '../index.ts';
import type { SnapshotValue } from '../registry/snapshot.ts';
import { type RunMetricName, textOf } from './emit.ts';

interface Trend {
  from: MetricName;
  name: RunMetricName;
  labels?: Record<string, string>;
}

/** Histograms for the distributions of the record. */
const TRENDS: readonly Trend[] = [
  {
    from: 'token_time',
    name: 'livekit_swarm_run_join_duration_seconds',
    labels: { phase: 'token' },
  },
  {
    from: 'signal_time',
    name: 'livekit_swarm_run_join_duration_seconds',
    labels: { phase: 'signal' },
  },
  { from: 'ice_time', name: 'livekit_swarm_run_join_duration_seconds', labels: { phase: 'ice' } },
  {
    from: 'join_time',
    name: 'livekit_swarm_run_join_duration_seconds',
    labels: { phase: 'joined' },
  },
  { from: 'turn_allocation_time', name: 'livekit_swarm_run_turn_allocation_seconds' },
  { from: 'first_media_time', name: 'livekit_swarm_run_first_media_seconds' },
  { from: 'reconnect_time', name: 'livekit_swarm_run_reconnect_duration_seconds' },
  {
    from: 'agent_dispatch_time',
    name: 'livekit_swarm_run_agent_start_seconds',
    labels: { phase: 'dispatched' },
  },
  {
    from: 'agent_offer_time',
    name: 'livekit_swarm_run_agent_start_seconds',
    labels: { phase: 'offered' },
  },
  {
    from: 'agent_join_time',
    name: 'livekit_swarm_run_agent_start_seconds',
    labels: { phase: 'joined' },
  },
  {
    from: 'agent_publish_time',
    name: 'livekit_swarm_run_agent_start_seconds',
    labels: { phase: 'published' },
  },
  {
    from: 'agent_ready_time',
    name: 'livekit_swarm_run_agent_start_seconds',
    labels: { phase: 'ready' },
  },
  { from: 'agent_transfer_time', name: 'livekit_swarm_run_agent_transfer_seconds' },
  { from: 'agent_response_time', name: 'livekit_swarm_run_agent_response_seconds' },
  { from: 'agent_barge_in', name: 'livekit_swarm_run_agent_barge_in_seconds' },
  { from: 'rpc_time', name: 'livekit_swarm_run_rpc_seconds' },
  { from: 'jitter', name: 'livekit_swarm_run_jitter_seconds', labels: { direction: 'down' } },
  { from: 'uplink_jitter', name: 'livekit_swarm_run_jitter_seconds', labels: { direction: 'up' } },
  { from: 'rtt', name: 'livekit_swarm_run_rtt_seconds' },
  {
    from: 'media_latency',
    name: 'livekit_swarm_run_media_latency_seconds',
    labels: { direction: 'down' },
  },
  {
    from: 'data_latency',
    name: 'livekit_swarm_run_media_latency_seconds',
    labels: { direction: 'down', kind: 'data', codec: 'data' },
  },
];

/** Distribution of the run, and its histogram. */
export interface TrendSeries {
  name: RunMetricName;
  labels: Record<string, string>;
  /** Distribution, ms. */
  sketch: Sketch;
}

/** All distributions that have values. */
export const trendSeriesOf = (
  metrics: MetricReader,
  scenario: Record<string, string>,
): TrendSeries[] =>
  TRENDS.flatMap(({ from, name, labels = {} }) =>
    metrics.labelSets(from).flatMap((given): TrendSeries[] => {
      const value = metrics.measure(from, given);
      return value?.type !== 'trend' || value.sketch.count === 0
        ? []
        : [{ name, labels: { ...scenario, ...textOf(given), ...labels }, sketch: value.sketch }];
    }),
  );

/** Upper bounds of a histogram's buckets, s. */
export const bucketsOf = (name: RunMetricName): readonly number[] => {
  const entry = RUN_METRICS[name];
  return 'buckets' in entry ? entry.buckets : [];
};

/**
 * Exports the histogram of a sketch. Counts are exact, except that a value within 2 % of a bound
 * may be in the neighbouring bucket.
 */
export const pushHistogram = (
  { name, labels, sketch }: TrendSeries,
  push: (name: RunMetricName, value: SnapshotValue) => void,
): void => {
  const bounds = bucketsOf(name);
  const counts = sketch.countsUpTo(bounds.map((bound) => bound * 1_000));
  const bucket = (le: number | string, value: number): void =>
    push(name, { labels: { ...labels, le }, value, metricName: `${name}_bucket` });
  for (const [index, bound] of bounds.entries()) bucket(bound, counts[index] ?? 0);
  bucket('+Inf', sketch.count);
  push(name, { labels, value: sketch.sum / 1_000, metricName: `${name}_sum` });
  push(name, { labels, value: sketch.count, metricName: `${name}_count` });
};
