import { drawSpan, type Random } from '../random.ts';
import { checkCount, type Executor, MIN_STAY_MS, type RoomStay, type Turn } from './executor.ts';
import type { PerRoomChurn } from './executor-spec.ts';

/**
 * So many rooms all the time, in which people come and go. Places are filled at `joinRate`, room by room, as with constant rooms. Somebody takes a place for
 * a stay; it is empty for a pause, and then taken by somebody new, until `durationMs` after every place had been taken once. Roles that stay are there
 * from when they joined until the end. One room with a host who stays and two visitors' places:
 *
 *     people ^
 *     place 3|       ********  ***************    ****
 *     place 2|   *****   *******    ****  ***********
 *     host   | ****************************************
 *            +-----------------------------------------> time
 *            |<fill->|<------------ duration --------->|
 *
 * Every place has random numbers of its own: a longer run begins like a shorter one.
 */
export const perRoomChurn: Executor<'per-room-churn'> = (spec, { places, gatherMs, random }) => {
  const { rooms, joinRate, durationMs } = spec;
  const seats = rooms * places.length;
  checkCount(seats);
  const chance = random('gather');
  const dues = Array.from(
    { length: seats },
    (_, seat) => (seat * 1_000) / joinRate + chance() * gatherMs,
  );
  const endAtMs = dues.reduce((latest, due) => Math.max(latest, due), 0) + durationMs;
  let people = 0;
  const stays = Array.from({ length: rooms }, (_, room): RoomStay => {
    const own = dues.slice(room * places.length, (room + 1) * places.length);
    const turns = places.map((role, place): Turn[] => {
      const joinAtMs = own[place] ?? 0;
      if (role.stays) return [{ joinAtMs, leaveAtMs: endAtMs }];
      return takeTurns(spec, joinAtMs, endAtMs, random('place', room + 1, place));
    });
    people += turns.reduce((sum, { length }) => sum + length, 0);
    checkCount(people);
    return { number: room + 1, openAtMs: Math.min(...own), closeAtMs: endAtMs, places: turns };
  });
  return { rooms: places.length === 0 ? [] : stays, droppedRooms: 0, stages: [] };
};

const takeTurns = (
  { stay, pause }: PerRoomChurn,
  fromMs: number,
  endAtMs: number,
  random: Random,
): Turn[] => {
  const turns: Turn[] = [];
  for (let joinAtMs = fromMs; joinAtMs <= endAtMs - MIN_STAY_MS; ) {
    const leaveAtMs = Math.min(endAtMs, joinAtMs + Math.max(MIN_STAY_MS, drawSpan(stay, random)));
    turns.push({ joinAtMs, leaveAtMs });
    checkCount(turns.length);
    joinAtMs = leaveAtMs + Math.max(0, drawSpan(pause, random));
  }
  return turns;
};
