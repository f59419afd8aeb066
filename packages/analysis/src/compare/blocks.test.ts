import { specOf } from '@livekit-swarm/testkit/load-spec';
import { altered, recordOf } from '@livekit-swarm/testkit/record-of';
import { expect, test } from 'vitest';
import { blocksIn, foldBlocks } from './blocks.ts';

const windows = (fromMs: number, toMs: number) => [
  { name: 'steady', fromMs, toMs, source: 'builtin' } as const,
];
const facts = {
  rooms: 1,
  droppedRooms: 0,
  participants: 40,
  lastJoinAtMs: 1_000,
  endAtMs: 31_000,
  windows: windows(1_000, 31_000),
};

test('a part has at least two seconds and two participants, and there are ten at most', () => {
  expect(blocksIn(facts)).toBe(10);
  expect(blocksIn({ ...facts, endAtMs: 9_000, windows: windows(1_000, 9_000) })).toBe(4);
  expect(blocksIn({ ...facts, participants: 8 })).toBe(4);
});

test('a run that yields fewer than three parts is not divided', () => {
  expect(blocksIn({ ...facts, participants: 5 })).toBe(0);
  expect(blocksIn({ ...facts, endAtMs: 6_000, windows: windows(1_000, 6_000) })).toBe(0);
});

test('a run in which participants join and leave throughout is divided as a whole', () => {
  expect(blocksIn({ ...facts, endAtMs: 14_000, windows: windows(400, 5_700) })).toBe(7);
});

test('every sample of the divided time and every participant is in one part', async () => {
  const record = recordOf(specOf({ rooms: 10, durationMs: 20_000 }), 2);
  const parts = await foldBlocks(record, 4, 'run');
  expect(parts.map(({ name }) => name)).toEqual([
    'run, part 1 of 4',
    'run, part 2 of 4',
    'run, part 3 of 4',
    'run, part 4 of 4',
  ]);
  expect(parts.map(({ summary }) => summary.joins.joined)).toEqual([5, 5, 5, 5]);
  const received = parts.map(({ summary }) => {
    const value = summary.metrics.measure('packets_received');
    return value?.type === 'counter' ? value.count : 0;
  });
  const total = record.reduce(
    (sum, line) =>
      sum +
      (line.type === 'sample' && line.at - line.intervalMs / 2 > 390
        ? line.series.reduce(
            (all, { labels, packets }) => all + (labels.direction === 'down' ? packets : 0),
            0,
          )
        : 0),
    0,
  );
  expect(received.reduce((a, b) => a + b)).toBe(total);
  expect(Math.max(...received) / Math.min(...received)).toBeLessThan(1.3);
});

test('a record without samples yields parts without media', async () => {
  const record = altered(recordOf(specOf({ rooms: 10, durationMs: 20_000 })), (line) =>
    line.type === 'sample' ? null : line,
  );
  const [first] = await foldBlocks(record, 3, 'run');
  expect(first?.summary.metrics.measure('packets_received')).toBeUndefined();
});
