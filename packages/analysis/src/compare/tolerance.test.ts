import { expect, test } from 'vitest';
import type { Figure } from './figures.ts';
import { marginOf, parseTolerance } from './tolerance.ts';

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
const crowd = { packetsPerSecond: 10_000, participants: 500 };

test('a tenth, unless said otherwise', () => {
  expect(parseTolerance([])).toEqual({ relative: 0.1, metrics: {} });
  expect(
    parseTolerance([
      '25%',
      'join_time=50 %',
      'join_time=100ms',
      'packet_loss=0.002',
      'nacks_sent=5',
    ]),
  ).toEqual({
    relative: 0.25,
    metrics: {
      join_time: { relative: 0.5, absolute: 100 },
      packet_loss: { absolute: 0.002 },
      nacks_sent: { absolute: 5 },
    },
  });
  expect(parseTolerance(['5%', '0%']).relative).toBe(0);
});

test.each([
  ['10', 'no share', 'write 10%'],
  ['-5%', 'no share', 'write 10%'],
  ['2000%', 'tolerates everything', 'write 10%'],
  ['', 'no share', 'write 10%'],
  ['jion_time=5%', 'there is no metric "jion_time"', 'did you mean join_time?'],
  ['whatever=5%', 'there is no metric', 'metrics are'],
  ['jitter=5', 'no amount of jitter', 'jitter=5ms'],
  ['jitter=0ms', 'no amount of jitter', 'jitter=5ms'],
  ['packet_loss=5ms', 'no amount of packet_loss', 'packet_loss=0.002'],
  ['jitter=', 'no amount of jitter', 'jitter=20%'],
  ['toString=5%', 'there is no metric', 'metrics are'],
])('refuses %j', (text, message, hint) => {
  expect(() => parseTolerance([text])).toThrow(
    expect.objectContaining({
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    }),
  );
});

test('a margin is never finer than what a sketch can tell apart, nor than what anybody feels', () => {
  const none = parseTolerance(['0%']);
  expect(marginOf(figureOf('jitter'), none, crowd)).toEqual({
    relative: expect.closeTo(0.0408, 4),
    absolute: 2,
  });
  expect(marginOf(figureOf('packet_loss', { type: 'rate' }), none, crowd)).toEqual({
    relative: 0,
    absolute: 0.001,
  });
  expect(marginOf(figureOf('nacks_sent', { type: 'rate' }), none, crowd).absolute).toBe(10);
  expect(marginOf(figureOf('resumes', { type: 'count' }), none, crowd).absolute).toBe(5);
  expect(
    marginOf(figureOf('resumes', { type: 'count' }), none, { ...crowd, participants: 4 }).absolute,
  ).toBe(1);
  expect(
    marginOf(figureOf('packets_received', { type: 'rate' }), none, crowd).absolute,
  ).toBeGreaterThan(0);
});

test('what is said of a metric goes before what is said of all', () => {
  const tolerance = parseTolerance(['20%', 'jitter=50%', 'join_time=1s']);
  expect(marginOf(figureOf('jitter'), tolerance, crowd)).toEqual({ relative: 0.5, absolute: 2 });
  expect(marginOf(figureOf('join_time'), tolerance, crowd)).toEqual({
    relative: 0.2,
    absolute: 1_000,
  });
});
