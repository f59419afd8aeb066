import { expect, test } from 'vitest';
import type { ListenerFact } from './fact.ts';
import { PlaylistWatch } from './playlist-watch.ts';

const watchLoads = (...loads: readonly [requestedMs: number, end: number][]): ListenerFact[] => {
  const facts: ListenerFact[] = [];
  const watch = new PlaylistWatch((fact) => void facts.push(fact));
  for (const [requestedMs, end] of loads)
    watch.add({ requestedMs, receivedMs: requestedMs + 10, end, targetDurationMs: 2_000 });
  watch.stop();
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
