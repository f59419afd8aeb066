import { describe, expect, it } from 'vitest';
import { groupFor } from '../../test/support/group-for.ts';
import { constantRooms } from './constant-rooms.ts';

describe('constantRooms', () => {
  it('fills rooms one after the other at the join rate; all participants leave together, counted from the last join', () => {
    const { rooms, droppedRooms, stages } = constantRooms.expand(
      { type: 'constant-rooms', rooms: 2, joinRate: 4, durationMs: 3_000 },
      groupFor(2),
    );
    expect(rooms).toEqual([
      {
        number: 1,
        openAtMs: 0,
        closeAtMs: 3_750,
        slots: [[{ joinAtMs: 0, leaveAtMs: 3_750 }], [{ joinAtMs: 250, leaveAtMs: 3_750 }]],
      },
      {
        number: 2,
        openAtMs: 500,
        closeAtMs: 3_750,
        slots: [[{ joinAtMs: 500, leaveAtMs: 3_750 }], [{ joinAtMs: 750, leaveAtMs: 3_750 }]],
      },
    ]);
    expect([droppedRooms, stages]).toEqual([0, []]);
  });

  it('spreads joins over the join spread; the last join decides when all participants leave', () => {
    const spec = { type: 'constant-rooms', rooms: 20, joinRate: 4, durationMs: 3_000 } as const;
    const { rooms } = constantRooms.expand(spec, groupFor(2, 1, 5_000));
    const joins = rooms.flatMap(({ slots = [] }) => slots.flat().map(({ joinAtMs }) => joinAtMs));
    for (const [turn, joinAtMs] of joins.entries()) {
      expect(joinAtMs).toBeGreaterThanOrEqual(turn * 250);
      expect(joinAtMs).toBeLessThan(turn * 250 + 5_000);
    }
    expect(rooms[7]?.closeAtMs).toBe(Math.max(...joins) + 3_000);
    expect(rooms[7]?.openAtMs).toBe(Math.min(...joins.slice(14, 16)));
  });

  it('opens no room without participants', () => {
    expect(
      constantRooms.expand(
        { type: 'constant-rooms', rooms: 5, joinRate: 1, durationMs: 1_000 },
        groupFor(0),
      ).rooms,
    ).toEqual([]);
  });
});
