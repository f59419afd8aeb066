import { expect, test } from 'vitest';
import { MetricSet, shareLabels } from './metric-set.ts';

/** Adds the measurements of one second, with all types of metrics. */
const addSecond = (metrics: MetricSet, second: number): void => {
  const labels = { kind: 'audio', direction: 'down' } as const;
  metrics.trend('jitter', labels).add(second * 10);
  metrics.rate('packet_loss', labels, second, 100);
  metrics.count('packets_received', labels, 50 * second, { shard: second % 2, steady: true });
  metrics.steadyTime(second % 2, 1_000);
  metrics.gauge('cpu_cores', second / 10, true);
  metrics.ratio('cpu_per_packet', 100 * second, 50, true);
};

const METRICS = [
  'jitter',
  'packet_loss',
  'packets_received',
  'cpu_cores',
  'cpu_per_packet',
] as const;

test('shared labels count together with equal ones, in each set alone', () => {
  const plain = { kind: 'audio', role: 'host' } as const;
  const shared = shareLabels({ ...plain });
  const metrics = new MetricSet();
  const completed = new MetricSet((labels) => ({ ...labels, path: 'direct' }));
  for (const labels of [shared, plain, shared]) {
    metrics.rate('packet_loss', labels, 1, 100);
    completed.rate('packet_loss', labels, 2, 100);
  }
  // Values of another uncertainty have a distribution of their own.
  metrics.trend('media_latency', shared).add(1);
  metrics.trend('media_latency', shared, 10).add(2);
  expect(metrics.measure('packet_loss')).toEqual({ type: 'rate', hits: 3, total: 300 });
  expect(metrics.labelSets('packet_loss')).toEqual([plain]);
  expect(completed.measure('packet_loss')).toEqual({ type: 'rate', hits: 6, total: 300 });
  expect(completed.labelSets('packet_loss')).toEqual([{ ...plain, path: 'direct' }]);
  const exact = metrics.measure('media_latency', {}, 5);
  expect(exact?.type === 'trend' && exact.sketch.count).toBe(1);
});

test('merged seconds equal seconds measured together', () => {
  const together = new MetricSet();
  const merged = new MetricSet();
  for (const second of [1, 2, 3]) {
    addSecond(together, second);
    const alone = new MetricSet();
    addSecond(alone, second);
    merged.merge(alone);
  }
  for (const metric of METRICS) {
    expect(merged.measure(metric), metric).toEqual(together.measure(metric));
    expect(merged.measure(metric), metric).toBeDefined();
    expect(merged.labelSets(metric)).toEqual(together.labelSets(metric));
  }
});

test('a set that is merged into another is not changed', () => {
  const second = new MetricSet();
  addSecond(second, 1);
  const whole = new MetricSet();
  whole.merge(second);
  addSecond(whole, 2);
  expect(second.measure('packet_loss')).toMatchObject({ hits: 1, total: 100 });
  expect(second.measure('cpu_cores')).toMatchObject({ avg: 0.1, max: 0.1 });
});

test('values with a larger uncertainty than requested are left out', () => {
  const metrics = new MetricSet();
  const labels = { kind: 'audio' };
  metrics.trend('media_latency', labels).add(5, 60);
  metrics.trend('media_latency', labels, 0.3).add(7, 30);
  metrics.trend('media_latency', labels, 60).add(90, 10);
  const merged = new MetricSet();
  merged.merge(metrics);
  for (const set of [metrics, merged]) {
    const all = set.measure('media_latency', labels);
    expect(all?.type === 'trend' && all.sketch.count).toBe(100);
    expect(all).toMatchObject({ uncertaintyMs: expect.closeTo(67, -1) });
    const some = set.measure('media_latency', labels, 40);
    expect(some?.type === 'trend' && some.sketch.count).toBe(90);
    // Uncertainties are rounded up, by a quarter at most.
    expect(some?.type === 'trend' && some.uncertaintyMs).toBeGreaterThanOrEqual(0.3);
    expect(some?.type === 'trend' && some.uncertaintyMs).toBeLessThan(0.38);
    expect(set.measure('media_latency', labels, 0)).toMatchObject({ uncertaintyMs: 0 });
    expect(set.labelSets('media_latency')).toEqual([labels]);
  }
});

test('levels of nodes stay separate; the level without a label is that of all nodes', () => {
  const metrics = new MetricSet();
  metrics.gauge('server_cpu', 0.5, true, { node: 'a' });
  metrics.gauge('server_cpu', 1.5, true, { node: 'b' });
  metrics.gauge('server_cpu', 2, true);
  expect(metrics.measure('server_cpu')).toMatchObject({ avg: 2, max: 2 });
  expect(metrics.measure('server_cpu', { node: 'b' })).toMatchObject({ avg: 1.5 });
  expect(metrics.measure('server_cpu', { node: 'c' })).toBeUndefined();
});
