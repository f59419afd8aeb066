import { expect, it } from 'vitest';
import { drillLine } from '../../test/support/drill-record.ts';
import { createRecoveryFold } from './measure-recovery.ts';

const arrived = (address: string, count: number, firstAt: number, lastAt: number) =>
  drillLine(lastAt + 400, { event: 'arrivals_observed', address, count, firstAt, lastAt });
const moved = (at: number, to: string) => drillLine(at, { event: 'name_moved', to, ttlMs: 10_000 });

const movesOf = (...lines: ReturnType<typeof drillLine>[]) => {
  const fold = createRecoveryFold();
  for (const line of lines) fold.add(line);
  return fold.result().nameMoves;
};

it('measures how long clients go to the old address, and since when to the new one', () => {
  expect(
    movesOf(
      arrived('127.0.0.1', 8, 1_000, 9_000),
      moved(10_000, '127.0.0.2'),
      arrived('127.0.0.1', 3, 10_200, 10_900),
      arrived('127.0.0.2', 2, 14_000, 14_500),
      arrived('127.0.0.1', 1, 19_500, 19_500),
      moved(30_000, '127.0.0.1'),
      arrived('127.0.0.2', 4, 30_500, 38_000),
    ),
  ).toEqual([
    {
      ...{ at: 10_000, to: '127.0.0.2', ttlMs: 10_000 },
      ...{ oldConnections: 4, oldLastMs: 9_500, newConnections: 2, newFirstMs: 4_000 },
    },
    {
      ...{ at: 30_000, to: '127.0.0.1', ttlMs: 10_000 },
      ...{ oldConnections: 4, oldLastMs: 8_000, newConnections: 0, newFirstMs: null },
    },
  ]);
});
