import { describe, expect, it } from 'vitest';
import { groupFor } from '../../test/support/group-for.ts';
import { timetable } from './timetable.ts';

describe('timetable', () => {
  it('opens separate rooms for every lesson, fills them in order at random times, and closes them together', () => {
    const { rooms, stages } = timetable.expand(
      {
        type: 'timetable',
        lessons: [
          { name: 'first', atMs: 0, rooms: 400, joinSpreadMs: 10_000, durationMs: 50_000 },
          { name: 'second', atMs: 60_000, rooms: 1, joinSpreadMs: 0, durationMs: 20_000 },
        ],
      },
      groupFor(5),
    );
    expect(rooms).toHaveLength(401);
    const first = rooms.slice(0, 400);
    for (const { openAtMs, closeAtMs, slots = [] } of first) {
      expect([openAtMs, closeAtMs]).toEqual([0, 50_000]);
      const joins = slots.flat().map(({ joinAtMs }) => joinAtMs);
      expect(joins).toEqual(joins.toSorted((a, b) => a - b));
      expect(Math.max(...joins)).toBeLessThanOrEqual(10_000);
      expect(slots.flat().every(({ leaveAtMs }) => leaveAtMs === 50_000)).toBe(true);
    }
    const early = first
      .flatMap(({ slots = [] }) => slots.flat())
      .filter(({ joinAtMs }) => joinAtMs < 5_000);
    expect(early.length / 2_000).toBeCloseTo(0.5, 1);
    expect(rooms[400]).toMatchObject({ number: 401, openAtMs: 60_000 });
    expect(rooms[400]?.slots?.flat()).toEqual(
      Array.from({ length: 5 }, () => ({ joinAtMs: 60_000, leaveAtMs: 80_000 })),
    );
    expect(stages).toEqual([
      { name: 'first', fromMs: 0, toMs: 50_000 },
      { name: 'second', fromMs: 60_000, toMs: 80_000 },
    ]);
  });
});
