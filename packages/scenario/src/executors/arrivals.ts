import { usageError } from '@livekit-swarm/settings';
import { LIMITS } from '../load-spec.ts';
import { drawSpan } from '../random.ts';
import { checkCount, type Expansion, type Group, MIN_STAY_MS, type RoomStay } from './executor.ts';
import type { Span } from './executor-spec.ts';

export interface Arrivals {
  /** When a room is due to open, in order. */
  instants: Iterable<number>;
  /** When the executor's time is over. */
  endAtMs: number;
  roomDuration: Span;
  maxRooms: number | null;
}

/**
 * Opens a room at each instant for as long as chance says, at least `MIN_STAY_MS`. One that finds `maxRooms` open is dropped, and counted: nobody waits.
 *
 * The end of the executor's time is the end of its rooms, so that a run is as long as its file says. (k6 gives iterations 30 s more to end by themselves; a
 * call has no work to finish.) Instants in the last second open no room: nobody would have time to get in.
 */
export const openOnArrival = (
  { instants, endAtMs, roomDuration, maxRooms }: Arrivals,
  { places, random }: Group,
): Omit<Expansion, 'stages'> => {
  const duration = random('room duration');
  const rooms: RoomStay[] = [];
  /** When those close that are open, soonest first. */
  const closing: number[] = [];
  let droppedRooms = 0;
  for (const openAtMs of instants) {
    if (endAtMs - openAtMs < MIN_STAY_MS) break;
    // Drawn for dropped ones, too: another `maxRooms` must not change how long the others last.
    const closeAtMs = Math.min(
      endAtMs,
      openAtMs + Math.max(MIN_STAY_MS, drawSpan(roomDuration, duration)),
    );
    if (maxRooms !== null) {
      closing.splice(0, firstAfter(closing, openAtMs));
      if (closing.length >= maxRooms) {
        checkDropped(++droppedRooms, maxRooms);
        continue;
      }
      closing.splice(firstAfter(closing, closeAtMs), 0, closeAtMs);
    }
    rooms.push({ number: rooms.length + 1, openAtMs, closeAtMs });
    checkCount(rooms.length * Math.max(1, places.length));
  }
  return { rooms, droppedRooms };
};

/** @throws SwarmError `usage` when so many are dropped that it must be a slip of the pen */
const checkDropped = (dropped: number, maxRooms: number): void => {
  if (dropped <= LIMITS.participants) return;
  throw usageError(
    `more than ${LIMITS.participants} rooms would be dropped, as no more than ${maxRooms} may be open (maxRooms)`,
    'use a lower rate or a shorter duration',
  );
};

/** Index of the first time that is after `atMs`. */
const firstAfter = (times: readonly number[], atMs: number): number => {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? Number.POSITIVE_INFINITY) > atMs) high = middle;
    else low = middle + 1;
  }
  return low;
};
