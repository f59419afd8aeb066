import { createSummary } from '@livekit-swarm/analysis';
import type { RecordLine, SampleLine } from '@livekit-swarm/record';
import { specOf } from '@livekit-swarm/testkit/load-spec';
import { altered, recordOf } from '@livekit-swarm/testkit/record-of';
import { describe, expect, it } from 'vitest';
import { RUN_METRICS } from '../index.ts';
import { render } from '../registry/render.ts';
import type { Snapshot } from '../registry/snapshot.ts';
import { createRunMetrics } from './run-metrics.ts';

const metricsOf = (lines: readonly RecordLine[]): ReturnType<typeof createRunMetrics> => {
  const metrics = createRunMetrics();
  for (const line of lines) metrics.add(line);
  return metrics;
};

/** Sum of all series of a metric with these labels. */
const sumOf = (
  snapshots: readonly Snapshot[],
  name: string,
  labels: Record<string, string> = {},
): number =>
  (snapshots.find((snapshot) => snapshot.name === name)?.values ?? [])
    .filter((value) => value.metricName === undefined || value.metricName === `${name}_count`)
    .filter((value) =>
      Object.entries(labels).every(([label, wanted]) => value.labels[label] === wanted),
    )
    .reduce((sum, { value }) => sum + value, 0);

const spec = specOf({
  rooms: 3,
  participants: 2,
  subscribers: 1,
  publish: ['audio', 'video'],
  durationMs: 5_000,
});
const record = recordOf(spec, 2, ['packet_loss: rate<0.01', 'join_time: p(95)<1']);
const samples = record.filter((line): line is SampleLine => line.type === 'sample');
const series = samples.flatMap((line) => line.series);

describe('run metrics', () => {
  it('exist from the header on', () => {
    expect(createRunMetrics().snapshots()).toEqual([]);
    const metrics = metricsOf(record.slice(0, 1));
    expect(metrics.scenario).toBe('swarm');
    const snapshots = metrics.snapshots();
    expect(sumOf(snapshots, 'livekit_swarm_run_participants', { state: 'planned' })).toBe(9);
    expect(sumOf(snapshots, 'livekit_swarm_run_participants', { state: 'waiting' })).toBe(9);
    expect(sumOf(snapshots, 'livekit_swarm_run_phase', { phase: 'joining' })).toBe(1);
  });

  it('add up to the values of the record', () => {
    const snapshots = metricsOf(record).snapshots();
    const total = (
      direction: string,
      field: 'packets' | 'bytes' | 'lost' | 'nacksSent' | 'plisReceived',
    ) =>
      series
        .filter(({ labels }) => labels.direction === direction)
        .reduce((sum, one) => sum + one[field], 0);
    for (const direction of ['up', 'down']) {
      expect(sumOf(snapshots, 'livekit_swarm_run_packets_total', { direction })).toBe(
        total(direction, 'packets'),
      );
      expect(sumOf(snapshots, 'livekit_swarm_run_bytes_total', { direction })).toBe(
        total(direction, 'bytes'),
      );
      expect(
        sumOf(snapshots, 'livekit_swarm_run_packets_lost_total', { direction, recovery: 'after' }),
      ).toBe(total(direction, 'lost'));
    }
    expect(sumOf(snapshots, 'livekit_swarm_run_nacks_total', { direction: 'down' })).toBe(
      total('down', 'nacksSent'),
    );
    expect(sumOf(snapshots, 'livekit_swarm_run_plis_total', { direction: 'up' })).toBe(
      total('up', 'plisReceived'),
    );
    expect(sumOf(snapshots, 'livekit_swarm_run_joins_total', { result: 'joined' })).toBe(9);
    expect(sumOf(snapshots, 'livekit_swarm_run_join_duration_seconds', { phase: 'joined' })).toBe(
      9,
    );
  });

  it('have the counts of the summary in their histograms, and percentiles within their buckets', () => {
    const snapshots = metricsOf(record).snapshots();
    const summary = createSummary();
    for (const line of record) summary.add(line);
    const latency = summary.result().metrics.measure('media_latency');
    if (latency?.type !== 'trend') throw new Error('the record has latencies');
    expect(sumOf(snapshots, 'livekit_swarm_run_media_latency_seconds')).toBe(latency.sketch.count);
    const buckets = (
      snapshots.find(({ name }) => name === 'livekit_swarm_run_media_latency_seconds')?.values ?? []
    ).filter(({ metricName }) => metricName?.endsWith('_bucket'));
    const upTo = (bound: number | string): number =>
      buckets
        .filter(({ labels }) => labels.le === bound)
        .reduce((sum, { value }) => sum + value, 0);
    expect(upTo('+Inf')).toBe(latency.sketch.count);
    const p95 = (latency.sketch.quantile(0.95) ?? 0) / 1_000;
    const next = RUN_METRICS.livekit_swarm_run_media_latency_seconds.buckets.find(
      (bound) => bound >= p95 * 1.02,
    );
    expect(upTo(next ?? '+Inf')).toBeGreaterThanOrEqual(0.95 * latency.sketch.count);
  });

  it('show phases, participants, and the state of thresholds', () => {
    const half = record.filter((line) => !('at' in line) || line.at < 4_000);
    const midway = metricsOf(half).snapshots();
    expect(sumOf(midway, 'livekit_swarm_run_participants', { state: 'connected' })).toBe(9);
    expect(sumOf(midway, 'livekit_swarm_run_generator_processes', { state: 'alive' })).toBe(2);
    expect(sumOf(midway, 'livekit_swarm_run_tracks', { direction: 'up', kind: 'audio' })).toBe(6);
    const done = metricsOf(record).snapshots();
    expect(sumOf(done, 'livekit_swarm_run_phase', { phase: 'ended' })).toBe(1);
    expect(sumOf(done, 'livekit_swarm_run_phase')).toBe(1);
    expect(sumOf(done, 'livekit_swarm_run_participants', { state: 'connected' })).toBe(0);
    expect(sumOf(done, 'livekit_swarm_run_participants', { state: 'left' })).toBe(9);
    expect(sumOf(done, 'livekit_swarm_run_tracks')).toBe(0);
    expect(
      sumOf(done, 'livekit_swarm_run_threshold_met', { threshold: 'packet_loss: rate<0.01' }),
    ).toBe(1);
    expect(
      sumOf(done, 'livekit_swarm_run_threshold_met', { threshold: 'join_time: p(95)<1' }),
    ).toBe(0);
    expect(sumOf(midway, 'livekit_swarm_run_verdict')).toBe(0);
    expect(sumOf(done, 'livekit_swarm_run_verdict')).toBe(1);
    expect(sumOf(done, 'livekit_swarm_run_verdict', { verdict: 'failed' })).toBe(1);
  });

  it('have the limit of each threshold in the unit of their histograms', () => {
    const limited = recordOf(spec, 2, [
      'packet_loss: rate<1%',
      'media_latency: p(95)<200',
      'media_latency: count>10',
    ]);
    const snapshots = metricsOf(limited).snapshots();
    const limitOf = (threshold: string): number | undefined =>
      sumOf(snapshots, 'livekit_swarm_run_threshold_limit', { threshold });
    expect(limitOf('packet_loss: rate<0.01')).toBe(0.01);
    expect(limitOf('media_latency: p(95)<200')).toBe(0.2);
    expect(limitOf('media_latency: count>10')).toBe(10);
  });

  it('have one series for a threshold that was given twice', () => {
    const twice = recordOf(spec, 2, [
      'packet_loss: rate<0.01',
      'packet_loss: rate<1%',
      'packet_loss: rate<0.01 abortOnFail',
    ]);
    expect(
      sumOf(metricsOf(twice).snapshots(), 'livekit_swarm_run_threshold_met', {
        threshold: 'packet_loss: rate<0.01',
      }),
    ).toBe(1);
  });

  it('never decrease a counter, although lost packets may arrive late', () => {
    const odd = altered(record, (line) =>
      line.type !== 'sample'
        ? line
        : {
            ...line,
            series: line.series.map((one) => ({
              ...one,
              lost: Math.floor(line.at / 1_000) % 2 === 0 ? 10 : -10,
            })),
          },
    );
    const metrics = createRunMetrics();
    let last = 0;
    for (const line of odd) {
      metrics.add(line);
      const lost = sumOf(metrics.snapshots(), 'livekit_swarm_run_packets_lost_total', {
        recovery: 'after',
        direction: 'down',
      });
      expect(lost).toBeGreaterThanOrEqual(last);
      last = lost;
    }
  });

  it('count failed joins by a bounded number of reasons', () => {
    const failing = altered(record, (line) =>
      line.type === 'event' && line.event === 'joined' && line.identity !== undefined
        ? {
            type: 'event',
            at: line.at,
            event: 'join_failed',
            identity: line.identity,
            reason: `reason-${line.identity}`,
            ...(line.role === undefined ? {} : { role: line.role }),
          }
        : line.type === 'participant'
          ? { ...line, outcome: 'join_failed', joinTimeMs: null, reason: `reason-${line.identity}` }
          : line,
    );
    const snapshots = metricsOf(failing).snapshots();
    expect(sumOf(snapshots, 'livekit_swarm_run_joins_total', { result: 'failed' })).toBe(9);
    expect(sumOf(snapshots, 'livekit_swarm_run_join_failures_total')).toBe(9);
    expect(sumOf(snapshots, 'livekit_swarm_run_participants', { state: 'failed' })).toBe(9);
  });

  it('count workers that died, and drop their last values', () => {
    const at = 3_000;
    const dying: RecordLine[] = [
      ...record.filter((line) => !('at' in line) || line.at < at),
      { type: 'event', at, event: 'process_died', shard: 1 },
      ...record
        .filter((line) => line.type === 'participant' && line.shard === 1)
        .map((line): RecordLine => ({ ...line, at, outcome: 'process_died' }) as RecordLine),
    ];
    const snapshots = metricsOf(dying).snapshots();
    expect(sumOf(snapshots, 'livekit_swarm_run_generator_processes', { state: 'died' })).toBe(1);
    expect(sumOf(snapshots, 'livekit_swarm_run_generator_processes', { state: 'alive' })).toBe(1);
    expect(sumOf(snapshots, 'livekit_swarm_run_participants', { state: 'connected' })).toBeLessThan(
      9,
    );
  });

  it('have the labels and types of the catalogue, and no identities', async () => {
    const snapshots = metricsOf(record).snapshots();
    for (const { name, type, values } of snapshots) {
      const entry = RUN_METRICS[name as keyof typeof RUN_METRICS];
      expect(type).toBe(entry.type);
      for (const { labels, metricName } of values) {
        const expected = [
          ...entry.labels,
          ...(metricName?.endsWith('_bucket') ? ['le'] : []),
        ].sort();
        expect({ name, labels: Object.keys(labels).sort() }).toEqual({ name, labels: expected });
      }
    }
    const { body } = await render(snapshots, 'text');
    for (const line of record)
      if (line.type === 'participant') expect(body).not.toContain(line.identity);
  });
});
