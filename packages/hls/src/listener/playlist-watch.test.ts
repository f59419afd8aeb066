import { expect, test } from 'vitest';
import type { ListenerFact } from './fact.ts';
import type { Interval } from './interval.ts';
import { PlaylistWatch } from './playlist-watch.ts';

const TARGET = { targetDurationMs: 2_000, hasEnded: false };

const watchLoads = (...loads: readonly [requestedMs: number, end: number][]): ListenerFact[] => {
  const facts: ListenerFact[] = [];
  const watch = new PlaylistWatch((fact) => void facts.push(fact));
  for (const [requestedMs, end] of loads)
    watch.add({ ...TARGET, requestedMs, receivedMs: requestedMs + 10, end });
  watch.stop((loads.at(-1)?.[0] ?? 0) + 10);
  return facts;
};

test('a playlist is stale when it is older than 1.5 target durations for certain', () => {
  expect(watchLoads([0, 5], [2_000, 6], [4_000, 6], [5_010, 6], [6_000, 7])).toEqual([]);
  expect(watchLoads([0, 5], [2_000, 6], [4_000, 6], [5_011, 6], [6_000, 7])).toEqual([
    {
      ...{ type: 'stale', mediaSequence: 5, untilMs: 5_021 },
      from: { earliestMs: 0, latestMs: 2_010 },
      to: { earliestMs: 5_011, latestMs: 6_010 },
    },
  ]);
});

test('the first version has no earliest time, unless its answer shows when it was written', () => {
  expect(watchLoads([0, 5], [4_000, 5])).toEqual([
    expect.objectContaining({ from: { earliestMs: null, latestMs: 10 }, to: null }),
  ]);
});

test('a watch without a new segment that ends too early does not know whether it was stale', () => {
  const unknown = [{ type: 'stale_unknown', targetDurationMs: 2_000 }];
  expect(watchLoads([0, 5])).toEqual(unknown);
  expect(watchLoads([0, 5], [2_000, 5], [3_000, 5])).toEqual(unknown);
  expect(watchLoads([0, 5], [2_000, 5], [3_000, 5], [4_000, 5])).toMatchObject([{ type: 'stale' }]);
  expect(watchLoads([0, 5], [2_000, 6])).toEqual([]);
});

test('it knows by the time at which the playlist was written, and of a stream that has ended', () => {
  const watchOne = (written: Interval | null, hasEnded = false): ListenerFact[] => {
    const facts: ListenerFact[] = [];
    const watch = new PlaylistWatch((fact) => void facts.push(fact));
    watch.add({ ...TARGET, requestedMs: 0, receivedMs: 10, end: 5, hasEnded }, written);
    watch.stop(1_000);
    return facts;
  };
  expect(watchOne({ earliestMs: -2_000, latestMs: 0 })).toEqual([]);
  expect(watchOne({ earliestMs: -2_001, latestMs: -1 })).toHaveLength(1);
  expect(watchOne(null, true)).toEqual([]);
});
