import { describe, expect, it } from 'vitest';
import { groupFor } from '../testing/group-for.ts';
import { constantRooms } from './constant-rooms.ts';

describe('constantRooms', () => {
  it('fills rooms in turn at the join rate; all leave together after the last was due', () => {
    const { rooms, droppedRooms, stages } = constantRooms(
      { type: 'constant-rooms', rooms: 2, joinRate: 4, durationMs: 3_000 },
      groupFor(2),
    );
    expect(rooms).toEqual([
      {
        number: 1,
        openAtMs: 0,
        closeAtMs: 3_750,
        places: [[{ joinAtMs: 0, leaveAtMs: 3_750 }], [{ joinAtMs: 250, leaveAtMs: 3_750 }]],
      },
      {
        number: 2,
        openAtMs: 500,
        closeAtMs: 3_750,
        places: [[{ joinAtMs: 500, leaveAtMs: 3_750 }], [{ joinAtMs: 750, leaveAtMs: 3_750 }]],
      },
    ]);
    expect([droppedRooms, stages]).toEqual([0, []]);
  });

  it('opens nothing for nobody', () => {
    expect(constantRooms({ type: 'constant-rooms', rooms: 5, joinRate: 1, durationMs: 1_000 }, groupFor(0)).rooms).toEqual([]);
  });
});
