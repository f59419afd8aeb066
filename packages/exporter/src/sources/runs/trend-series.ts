import type { MetricName, MetricReader } from '@livekit-swarm/metrics';
import { RUN_METRICS } from '../../catalogue/index.ts';
import type { SnapshotValue } from '../../metrics/snapshot.ts';
import { type RunMetricName, textOf } from './emit.ts';

interface Trend {
  from: MetricName;
  name: RunMetricName;
  labels?: Record<string, string>;
}

/** Which histogram a distribution of the record becomes. */
const TRENDS: readonly Trend[] = [
  { from: 'signal_time', name: 'swarm_run_join_duration_seconds', labels: { phase: 'signal' } },
  { from: 'ice_time', name: 'swarm_run_join_duration_seconds', labels: { phase: 'ice' } },
  { from: 'join_time', name: 'swarm_run_join_duration_seconds', labels: { phase: 'joined' } },
  { from: 'first_media_time', name: 'swarm_run_first_media_seconds' },
  { from: 'reconnect_time', name: 'swarm_run_reconnect_duration_seconds' },
  { from: 'jitter', name: 'swarm_run_jitter_seconds', labels: { direction: 'down' } },
  { from: 'uplink_jitter', name: 'swarm_run_jitter_seconds', labels: { direction: 'up' } },
  { from: 'rtt', name: 'swarm_run_rtt_seconds' },
  { from: 'media_latency', name: 'swarm_run_media_latency_seconds', labels: { direction: 'down' } },
  {
    from: 'data_latency',
    name: 'swarm_run_media_latency_seconds',
    labels: { direction: 'down', kind: 'data', codec: 'data' },
  },
];

/** Of sketches: counts are exact, and which bucket a value within 2 % of a bound is in is not. */
export const pushHistograms = (
  metrics: MetricReader,
  scenario: Record<string, string>,
  push: (name: RunMetricName, value: SnapshotValue) => void,
): void => {
  for (const trend of TRENDS) pushHistogram(metrics, trend, scenario, push);
};

const pushHistogram = (
  metrics: MetricReader,
  { from, name, labels = {} }: Trend,
  scenario: Record<string, string>,
  push: (name: RunMetricName, value: SnapshotValue) => void,
): void => {
  const entry = RUN_METRICS[name];
  const bounds: readonly number[] = 'buckets' in entry ? entry.buckets : [];
  for (const given of metrics.labelSets(from)) {
    const value = metrics.measure(from, given);
    if (value?.type !== 'trend' || value.sketch.count === 0) continue;
    const all = { ...scenario, ...textOf(given), ...labels };
    const counts = value.sketch.countsUpTo(bounds.map((bound) => bound * 1_000));
    for (const [index, bound] of bounds.entries()) {
      push(name, {
        labels: { ...all, le: bound },
        value: counts[index] ?? 0,
        metricName: `${name}_bucket`,
      });
    }
    push(name, {
      labels: { ...all, le: '+Inf' },
      value: value.sketch.count,
      metricName: `${name}_bucket`,
    });
    push(name, { labels: all, value: value.sketch.sum / 1_000, metricName: `${name}_sum` });
    push(name, { labels: all, value: value.sketch.count, metricName: `${name}_count` });
  }
};
