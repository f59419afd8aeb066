import { expect, test } from 'vitest';
import type { Figure } from './figures.ts';
import { marginOf, type Tolerance } from './margin.ts';

const figureOf = (
  metric: Figure['metric'],
  aggregation: Figure['aggregation'] = { type: 'p', percentile: 95 },
): Figure => ({
  key: metric,
  metric,
  target: metric,
  aggregation,
  better: 'lower',
  hasThreshold: false,
  read: () => undefined,
});
const load = { packetsPerSecond: 10_000, participants: 500 };

const tolerance = (relative: number, metrics: Tolerance['metrics'] = {}): Tolerance => ({
  relative,
  metrics,
});

test('a margin is at least the resolution of a sketch and the smallest change that users notice', () => {
  const none = tolerance(0);
  expect(marginOf(figureOf('jitter'), none, load)).toEqual({
    relative: expect.closeTo(0.0408, 4),
    absolute: 2,
  });
  expect(marginOf(figureOf('packet_loss', { type: 'rate' }), none, load)).toEqual({
    relative: 0,
    absolute: 0.001,
  });
  expect(marginOf(figureOf('nacks_sent', { type: 'rate' }), none, load).absolute).toBe(10);
  expect(marginOf(figureOf('resumes', { type: 'count' }), none, load).absolute).toBe(5);
  expect(
    marginOf(figureOf('resumes', { type: 'count' }), none, { ...load, participants: 4 }).absolute,
  ).toBe(1);
  expect(
    marginOf(figureOf('packets_received', { type: 'rate' }), none, load).absolute,
  ).toBeGreaterThan(0);
});

test('the tolerance of a metric overrides the general tolerance', () => {
  const given = tolerance(0.2, {
    jitter: { relative: 0.5 },
    join_time: { absolute: 1_000 },
  });
  expect(marginOf(figureOf('jitter'), given, load)).toEqual({ relative: 0.5, absolute: 2 });
  expect(marginOf(figureOf('join_time'), given, load)).toEqual({
    relative: 0.2,
    absolute: 1_000,
  });
});
