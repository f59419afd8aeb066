import { describe, expect, it } from 'vitest';
import { AGGREGATIONS, aggregate } from './aggregation.ts';
import { flattenMetrics, MetricSet } from './metric-set.ts';
import { metricDefinition, metricNames } from './metrics.ts';

describe('the catalogue', () => {
  it('contains everything that a result promises', () => {
    expect(metricNames()).toEqual(
      expect.arrayContaining([
        'join_time',
        'packet_loss',
        'jitter',
        'media_latency',
        'nacks_sent',
        'packets_received',
        'missing_tracks',
        'join_failures',
      ]),
    );
  });

  it.each(metricNames())('%s has a description and a type with aggregations', (name) => {
    const definition = metricDefinition(name);
    expect(definition.description.length).toBeGreaterThan(15);
    expect(AGGREGATIONS[definition.type].length).toBeGreaterThan(0);
    // Shares of a node are levels.
    const isShare = definition.type === 'rate' || definition.labels[0] === 'node';
    if (definition.unit === 'ratio') expect(isShare).toBe(true);
    if (definition.type === 'rate') expect(definition.unit).toBe('ratio');
  });
});

describe('MetricSet', () => {
  it('answers any selector of a metric’s labels', () => {
    const metrics = new MetricSet();
    metrics.rate('packet_loss', { kind: 'audio', role: 'publisher', codec: 'opus' }, 1, 100);
    metrics.rate('packet_loss', { kind: 'video', role: 'publisher', codec: 'vp8' }, 9, 100);
    const loss = (selector = {}) =>
      aggregate(metrics.measure('packet_loss', selector), { type: 'rate' });
    expect([
      loss(),
      loss({ kind: 'audio' }),
      loss({ kind: 'video', codec: 'vp8' }),
      loss({ role: 'subscriber' }),
    ]).toEqual([0.05, 0.01, 0.09, undefined]);
  });

  it('never turns a decrease of lost packets into a negative share', () => {
    const metrics = new MetricSet();
    metrics.rate('packet_loss', { kind: 'audio' }, -2, 100);
    expect(aggregate(metrics.measure('packet_loss'), { type: 'rate' })).toBe(0);
  });

  it('has no share of an empty total', () => {
    const metrics = new MetricSet();
    metrics.rate('packet_loss', {}, 0, 0);
    expect(aggregate(metrics.measure('packet_loss'), { type: 'rate' })).toBeUndefined();
    expect(flattenMetrics(metrics)).toEqual({});
  });

  it('divides each shard by its own steady time', () => {
    const metrics = new MetricSet();
    metrics.steadyTime(0, 2_000);
    metrics.steadyTime(1, 1_000);
    metrics.count('packets_received', { kind: 'audio' }, 30, { shard: 0, steady: false });
    metrics.count('packets_received', { kind: 'audio' }, 200, { shard: 0, steady: true });
    metrics.count('packets_received', { kind: 'video' }, 50, { shard: 1, steady: true });
    expect(flattenMetrics(metrics)).toEqual({
      'packets_received.count': 280,
      'packets_received.rate': 150,
    });
  });

  it('gives no rate per second for counts without times', () => {
    const metrics = new MetricSet();
    metrics.steadyTime(0, 1_000);
    metrics.count('join_retries', {}, 3);
    expect(flattenMetrics(metrics)).toEqual({ 'join_retries.count': 3 });
  });

  it('writes keys as k6 does', () => {
    const metrics = new MetricSet();
    metrics.trend('join_time').add(100);
    metrics.gauge('cpu_cores', 1);
    metrics.gauge('cpu_cores', 3);
    const flat = flattenMetrics(metrics);
    expect(Object.keys(flat)).toEqual([
      ...['avg', 'min', 'med', 'max', 'p50', 'p90', 'p95', 'p99', 'count'].map(
        (key) => `join_time.${key}`,
      ),
      ...['value', 'min', 'max', 'avg'].map((key) => `cpu_cores.${key}`),
    ]);
    expect(flat).toMatchObject({ 'join_time.p95': 100, 'cpu_cores.value': 2, 'cpu_cores.max': 3 });
  });
});
