import { expect, test } from 'vitest';
import { MetricSet } from './metric-set.ts';

/** What two seconds of a run measure, all kinds of metrics. */
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

test('seconds that are merged measure what they would have measured together', () => {
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

test('a set that is merged keeps what it measured', () => {
  const second = new MetricSet();
  addSecond(second, 1);
  const whole = new MetricSet();
  whole.merge(second);
  addSecond(whole, 2);
  expect(second.measure('packet_loss')).toMatchObject({ hits: 1, total: 100 });
  expect(second.measure('cpu_cores')).toMatchObject({ avg: 0.1, max: 0.1 });
});
