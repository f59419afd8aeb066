import { checkCount, type Executor, type RoomStay } from './executor.ts';
import { gather } from './gather.ts';

/**
 * Lessons that begin by the clock: each opens rooms of its own, which fill evenly by chance within `fillMs` (without it, the group's gather
 * time) and empty all at once. Two lessons:
 *
 *     people ^
 *            |                           *****************
 *            |     ******************   ******************
 *            |    *******************  *******************
 *            |  ********************* ********************
 *            +--------------------------------------------> time
 *               |fill|              | |fill|
 *               |<---- duration --->|
 */
export const timetable: Executor<'timetable'> = ({ lessons }, { places, gatherMs, random }) => {
  checkCount(lessons.reduce((sum, lesson) => sum + lesson.rooms * places.length, 0));
  let number = 0;
  const rooms = lessons.flatMap(({ name, atMs, rooms: count, fillMs, durationMs }) => {
    const chance = random('fill', name);
    return Array.from({ length: count }, (): RoomStay => {
      const stay = { openAtMs: atMs, closeAtMs: atMs + durationMs };
      return {
        number: ++number,
        ...stay,
        places: gather(stay, places.length, fillMs > 0 ? fillMs : gatherMs, chance),
      };
    });
  });
  const stages = lessons.map(({ name, atMs, durationMs }) => ({
    name,
    fromMs: atMs,
    toMs: atMs + durationMs,
  }));
  return { rooms, droppedRooms: 0, stages };
};
