import { expect, it } from 'vitest';
import { longestEmptyTimes } from './run-rooms.ts';

const stay = (room: string, joinAtMs: number, leaveAtMs: number) => ({ room, joinAtMs, leaveAtMs });

it('finds the longest time between the last departure from each room and the next join', () => {
  const times = longestEmptyTimes([
    stay('alone', 5_000, 9_000),
    stay('full', 0, 20_000),
    stay('full', 10_000, 30_000),
    stay('gap', 90_000, 95_000),
    stay('gap', 0, 10_000),
    stay('gap', 1_000, 40_000),
    stay('gap', 96_000, 99_000),
  ]);
  expect(Object.fromEntries(times)).toEqual({ alone: 0, full: 0, gap: 50_000 });
});
