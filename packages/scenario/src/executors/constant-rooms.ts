import { checkCount, type Executor, type RoomStay } from './executor.ts';

/**
 * So many rooms from the beginning to the end. People join one after the other at `joinRate`, room by room, and all leave together, `durationMs` after the
 * last of them was due. With a gather time each comes up to so much later than their turn. Three rooms:
 *
 *     rooms ^
 *         3 |         *********************
 *         2 |     *************************
 *         1 | *****************************
 *         0 +------------------------------> time
 *           |<joining>|<---- duration --->|
 */
export const constantRooms: Executor<'constant-rooms'> = (
  { rooms, joinRate, durationMs },
  { places, gatherMs, random },
) => {
  const people = rooms * places.length;
  checkCount(people);
  const chance = random('gather');
  const dues = Array.from(
    { length: people },
    (_, index) => (index * 1_000) / joinRate + chance() * gatherMs,
  );
  const closeAtMs = dues.reduce((latest, due) => Math.max(latest, due), 0) + durationMs;
  const stays = Array.from({ length: rooms }, (_, room): RoomStay => {
    const own = dues.slice(room * places.length, (room + 1) * places.length);
    return {
      number: room + 1,
      openAtMs: Math.min(...own),
      closeAtMs,
      places: own.map((joinAtMs) => [{ joinAtMs, leaveAtMs: closeAtMs }]),
    };
  });
  return { rooms: places.length === 0 ? [] : stays, droppedRooms: 0, stages: [] };
};
