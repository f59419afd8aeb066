import { MetricSet } from '@livekit-swarm/metrics';
import { describe, expect, it, test } from 'vitest';
import { type Doubts, judgePresence } from './judge.ts';
import { presenceThresholds } from './thresholds.ts';

const metricsOf = ({ missed = 0, delayMs = 100 }): MetricSet => {
  const metrics = new MetricSet();
  metrics.count('presence_missed', {}, missed);
  metrics.trend('webhook_delay').add(delayMs);
  return metrics;
};

const verdictOf = (
  measured: { missed?: number; delayMs?: number },
  given: readonly string[] = [],
  doubts: Partial<Doubts> = {},
) =>
  judgePresence(metricsOf(measured), presenceThresholds(given), {
    ...{ sessions: 4, isUnanswered: false, isImpaired: false },
    ...doubts,
  }).verdict;

describe('verdict', () => {
  it.each([
    ['passed', {}],
    ['failed', { missed: 1 }],
    ['failed', { delayMs: 2_500 }],
  ] as const)('%s by the defaults: %j', (verdict, measured) => {
    expect(verdictOf(measured)).toBe(verdict);
  });

  it('is by a given threshold in place of its default', () => {
    expect(verdictOf({ missed: 1 }, ['presence_missed: count<2'])).toBe('passed');
    expect(verdictOf({ delayMs: 400 }, ['webhook_delay: p(95)<300'])).toBe('failed');
  });

  it('of a slow host is certain for webhooks that are missing, and not for late ones', () => {
    const slow = { isImpaired: true };
    expect(verdictOf({ delayMs: 2_500 }, [], slow)).toBe('inconclusive');
    expect(verdictOf({ missed: 1, delayMs: 2_500 }, [], slow)).toBe('failed');
    expect(verdictOf({}, [], slow)).toBe('passed');
  });

  it('is inconclusive where nothing could be compared', () => {
    expect(verdictOf({}, [], { sessions: 0 })).toBe('inconclusive');
    expect(verdictOf({}, [], { isUnanswered: true })).toBe('inconclusive');
    expect(verdictOf({ missed: 1 }, [], { isUnanswered: true })).toBe('failed');
    expect(verdictOf({}, ['presence_ghost_time: max<1000'])).toBe('inconclusive');
  });
});

test('thresholds are on what presence measures, without abortOnFail', () => {
  expect(() => presenceThresholds(['join_time: p(95)<2s'])).toThrow(/does not measure join_time/);
  expect(() => presenceThresholds(['presence_missed: count<1 abortOnFail'])).toThrow(/abortOnFail/);
});
