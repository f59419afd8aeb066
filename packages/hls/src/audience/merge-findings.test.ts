import { expect, test } from 'vitest';
import type { ListenerFact } from '../listener/fact.ts';
import { FindingMerger } from './merge-findings.ts';

const merged = (...facts: readonly [listener: number, fact: ListenerFact][]) => {
  const merger = new FindingMerger();
  for (const [listener, fact] of facts) merger.add(listener, fact);
  return merger.findings();
};

const stale = (
  from: [number | null, number],
  to: [number, number] | null,
): Extract<ListenerFact, { type: 'stale' }> => ({
  ...{ type: 'stale', mediaSequence: 7, untilMs: 9_000 },
  from: { earliestMs: from[0], latestMs: from[1] },
  to: to === null ? null : { earliestMs: to[0], latestMs: to[1] },
});

test('listeners that load a playlist at different times narrow when it was stale', () => {
  expect(
    merged(
      [0, stale([1_000, 3_000], [8_000, 9_000])],
      [1, stale([1_700, 3_700], [8_400, 9_400])],
      [2, stale([null, 2_000], null)],
    ),
  ).toEqual([
    {
      ...{ code: 'stale', listeners: 3, mediaSequence: 7, untilMs: 9_000 },
      from: { earliestMs: 1_700, latestMs: 2_000 },
      to: { earliestMs: 8_400, latestMs: 9_000 },
    },
  ]);
});

test('stalls that overlap are one finding, and a later one is another', () => {
  const stall = (fromMs: number, toMs: number, isOver = true): ListenerFact => ({
    ...{ type: 'stalled', fromMs, toMs, isOver },
  });
  expect(
    merged([0, stall(1_000, 3_000)], [1, stall(2_000, 5_000)], [0, stall(8_000, 9_000, false)]),
  ).toEqual([
    { code: 'stalled', listeners: 2, fromMs: 1_000, toMs: 5_000, longestMs: 3_000, isOver: true },
    { code: 'stalled', listeners: 1, fromMs: 8_000, toMs: 9_000, longestMs: 1_000, isOver: false },
  ]);
});

test('a segment that all listeners miss, and its requests, are two findings', () => {
  const problem = { code: 'http_status', status: 404, detail: null, url: 'http://a/7.ts' } as const;
  const facts = (listener: number): [number, ListenerFact][] => [
    [listener, { type: 'problem', atMs: 100 + listener, problem }],
    [listener, { type: 'problem', atMs: 200 + listener, problem }],
    [
      listener,
      {
        ...{ type: 'skipped', atMs: 900 - listener, mediaSequence: 7, segments: 1 },
        ...{ durationMs: 2_000, reason: 'not_loaded' },
      },
    ],
  ];
  expect(merged(...facts(0), ...facts(1), ...facts(2))).toEqual([
    { code: 'problem', listeners: 3, times: 6, problem, firstMs: 100, lastMs: 202 },
    {
      ...{ code: 'skipped', listeners: 3, mediaSequence: 7, segments: 1, durationMs: 2_000 },
      ...{ reason: 'not_loaded', atMs: 898 },
    },
  ]);
});

test('a stream that is broken throughout does not fill the memory', () => {
  const merger = new FindingMerger();
  for (let number = 0; number < 1_000; number++)
    merger.add(0, { type: 'restarted', atMs: number, mediaSequence: number });
  expect(merger.findings()).toHaveLength(200);
  expect(merger.dropped).toBe(800);
});
