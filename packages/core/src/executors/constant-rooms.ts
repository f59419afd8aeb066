import { checkCount, type Executor, type RoomStay } from './executor.ts';

/**
 * So many rooms from the beginning to the end. People join one after the other at `joinRate`, room by room, and all leave together, `durationMs` after the
 * last of them was due. Three rooms:
 *
 *     rooms ^
 *         3 |         *********************
 *         2 |     *************************
 *         1 | *****************************
 *         0 +------------------------------> time
 *           |<joining>|<---- duration --->|
 */
export const constantRooms: Executor<'constant-rooms'> = ({ rooms, joinRate, durationMs }, { places }) => {
  const people = rooms * places.length;
  checkCount(people);
  const due = (index: number): number => (index * 1_000) / joinRate;
  const closeAtMs = due(people - 1) + durationMs;
  const stays = Array.from({ length: rooms }, (_, room): RoomStay => {
    const first = room * places.length;
    return {
      number: room + 1,
      openAtMs: due(first),
      closeAtMs,
      places: places.map((_, place) => [{ joinAtMs: due(first + place), leaveAtMs: closeAtMs }]),
    };
  });
  return { rooms: places.length === 0 ? [] : stays, droppedRooms: 0, stages: [] };
};
