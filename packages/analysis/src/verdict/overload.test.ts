import { MetricSet, parseThreshold } from '@livekit-swarm/metrics';
import { describe, expect, test } from 'vitest';
import { createOverloadWatch } from './overload.ts';

const measured = (lost: number): { metrics: MetricSet; windows: [] } => {
  const metrics = new MetricSet();
  metrics.rate('packet_loss', {}, lost, 100);
  return { metrics, windows: [] };
};

/**
 * Second in which the watch ends the run; null: it does not.
 * @param values values of `packet_loss`, percent, one for each second
 */
const endsAt = (threshold: string, values: readonly number[]): number | null => {
  const watch = createOverloadWatch([{ threshold: parseThreshold(threshold), source: 'user' }]);
  const second = values.findIndex((lost, index) => watch(measured(lost), 1_000 * index) !== null);
  return second < 0 ? null : second;
};

const seconds = (count: number, value: number): number[] => Array(count).fill(value);

describe('a threshold of 2 %', () => {
  const threshold = 'packet_loss: rate<0.02';
  test.each([
    ['ends at 4 % for ten seconds', seconds(20, 4), 10],
    ['ends ten seconds after it began', [...seconds(5, 1), ...seconds(20, 8)], 15],
    ['does not end when it is crossed by less', seconds(60, 3.9), null],
    ['begins again after a second below', [...seconds(9, 8), 3, ...seconds(12, 8)], 20],
    ['does not end within ten seconds', seconds(10, 50), null],
    ['does not end when it holds', seconds(60, 0), null],
  ])('%s', (_, values, at) => expect(endsAt(threshold, values)).toBe(at));
});

test.each([
  ['a minimum ends at half of it', 'packet_loss: rate>0.5', 25, 10],
  ['a minimum does not end above', 'packet_loss: rate>0.5', 26, null],
  ['zero has no double', 'packet_loss: rate<=0', 50, null],
])('%s', (_, threshold, value, at) => expect(endsAt(threshold, seconds(15, value))).toBe(at));

test('a metric that was not measured ends no run', () => {
  const watch = createOverloadWatch([
    { threshold: parseThreshold('jitter: p(95)<30'), source: 'user' },
  ]);
  for (let second = 0; second < 20; second++)
    expect(watch(measured(50), 1_000 * second)).toBeNull();
});
