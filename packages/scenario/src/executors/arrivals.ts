/** Common parts of executors whose rooms arrive at a rate (an open model). */
import { formatDuration, formatNumber, usageError } from '@livekit-swarm/settings';
import { z } from 'zod';
import type { Entry } from '../language/write/form.ts';
import { LIMITS } from '../limits.ts';
import { partitionPoint } from '../plan/partition-point.ts';
import { scaleCount } from './definition.ts';
import {
  type DurationDistribution,
  describeDistribution,
  distribution,
  distributionForm,
  distributionSchema,
  drawDuration,
} from './duration-distribution.ts';
import {
  checkCount,
  type Expansion,
  type Group,
  MIN_SESSION_MS,
  type RoomLifetime,
} from './expansion.ts';
import { roomCount } from './fixed-rooms.ts';

/** Keys of these executors in a scenario file. */
export const arrivalKeys = () => ({
  roomDuration: distribution().describe(
    'Time for which a room stays open; may be drawn at random.',
  ),
  maxRooms: roomCount()
    .optional()
    .describe(
      'The most rooms that are open at a time; others are not opened, but counted as dropped.',
    ),
});

export const arrivalSettings = () => ({
  roomDuration: distributionSchema,
  /** Largest number of open rooms; null: no limit. */
  maxRooms: z.number().min(0).nullable(),
});

export interface ArrivingRooms {
  roomDuration: DurationDistribution;
  maxRooms: number | null;
}

export const writeArrivals = ({ roomDuration, maxRooms }: ArrivingRooms): Entry[] => [
  ['roomDuration', distributionForm(roomDuration)],
  ...(maxRooms === null ? [] : [['maxRooms', maxRooms] satisfies Entry]),
];

export const scaleMaxRooms = (maxRooms: number | null, factor: number): number | null =>
  maxRooms === null ? null : scaleCount(maxRooms, factor);

/**
 * Shortest overlap of two participants: half of the time that a room is open, ms; null: that time
 * is random.
 */
export const arrivalOverlapMs = ({ roomDuration }: ArrivingRooms): number | null =>
  roomDuration.distribution === 'constant' ? roomDuration.ms / 2 : null;

export const describeArrivals = ({ roomDuration, maxRooms }: ArrivingRooms): string[] => [
  `open for ${describeDistribution(roomDuration)}`,
  ...(maxRooms === null ? [] : [`at most ${formatNumber(maxRooms)} at a time`]),
];

const UNITS: Record<number, string> = { 1000: 's', 60000: 'min', 3600000: 'h' };

/** Text of a rate, such as `2/s`. */
export const perTime = (rate: string, timeUnitMs: number): string =>
  `${rate}/${UNITS[timeUnitMs] ?? formatDuration(timeUnitMs)}`;

export interface Arrivals extends ArrivingRooms {
  /** Scheduled times at which rooms open, in order. */
  instants: Iterable<number>;
  /** End of the executor, ms. */
  endAtMs: number;
}

/**
 * Open a room at each instant for a random duration of at least `MIN_SESSION_MS`. If `maxRooms` are
 * open already, the room is dropped and counted: it does not wait.
 *
 * Rooms end with the executor, so that a run is exactly as long as its file states. (k6 gives
 * iterations 30 s more to finish; a call has no work to finish.) Instants in the last second open
 * no room: there would be no time to join.
 */
export const openOnArrival = (
  { instants, endAtMs, roomDuration, maxRooms }: Arrivals,
  { slots, random }: Group,
): Omit<Expansion, 'stages'> => {
  const duration = random('room duration');
  const rooms: RoomLifetime[] = [];
  /** Closing times of the open rooms, soonest first. */
  const closing: number[] = [];
  let droppedRooms = 0;
  for (const openAtMs of instants) {
    if (endAtMs - openAtMs < MIN_SESSION_MS) break;
    // Drawn for dropped rooms, too: another `maxRooms` must not change the duration of the others.
    const closeAtMs = Math.min(
      endAtMs,
      openAtMs + Math.max(MIN_SESSION_MS, drawDuration(roomDuration, duration)),
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
    checkCount(rooms.length * Math.max(1, slots.length));
  }
  return { rooms, droppedRooms };
};

/** @throws SwarmError `usage` if more rooms are dropped than any run can have */
const checkDropped = (dropped: number, maxRooms: number): void => {
  if (dropped <= LIMITS.participants) return;
  throw usageError(
    `more than ${LIMITS.participants} rooms would be dropped, as no more than ${maxRooms} may be open (maxRooms)`,
    'use a lower rate or a shorter duration',
  );
};

/** Index of the first time after `atMs`. */
const firstAfter = (times: readonly number[], atMs: number): number =>
  partitionPoint(times.length, (index) => (times[index] ?? Number.POSITIVE_INFINITY) <= atMs);
