/** Common parts of executors whose rooms are open from the beginning to the end. */
import { hinted, NUMBER, type Path, positive, whole } from '@livekit-swarm/settings';
import { z } from 'zod';
import type { Complain } from '../language/checks.ts';
import type { Entry } from '../language/write/form.ts';
import { rateText } from '../language/write/texts.ts';
import { LIMITS } from '../limits.ts';
import { scaleCount, scaleJoinRate, type WriteContext } from './definition.ts';
import type { Group, RoomLifetime } from './expansion.ts';

export const roomCount = () => whole(1, LIMITS.rooms);

/** Schema of a join rate: `50/s`, or 50, which means per second. */
export const joinRate = () => {
  const problem = hinted(
    `must be joins per second, above 0 and at most ${LIMITS.joinRate}`,
    'write 50/s',
  );
  return z
    .union(
      [
        positive(LIMITS.joinRate, ' per second'),
        z
          .string()
          .regex(new RegExp(`^\\s*${NUMBER}\\s*/\\s*s\\s*$`), { error: problem })
          .transform((text) => Number.parseFloat(text))
          .pipe(positive(LIMITS.joinRate, ' per second')),
      ],
      { error: problem },
    )
    .meta({ samples: ['50/s'] });
};

export interface FixedRooms {
  rooms: number;
  /** Joins per second, over all rooms of the group. */
  joinRate: number;
}

/** Check the number of rooms: `rooms` states it, or it is one with `room`. */
export const checkFixedRooms = (
  at: Path,
  { room, rooms }: { room?: string | undefined; rooms?: number | undefined },
  complain: Complain,
): void => {
  if (room === undefined && rooms === undefined)
    complain([...at, 'rooms'], 'rooms is missing', 'write how many, or name one with room');
  if (room !== undefined && (rooms ?? 1) > 1) {
    complain(
      [...at, 'rooms'],
      'must be 1, because room names one',
      'leave one out; roomPrefix names many',
    );
  }
};

export const writeFixedRooms = (
  { rooms, joinRate: rate }: FixedRooms,
  { namedRoom }: WriteContext,
): Entry[] => [
  ...(namedRoom ? [] : [['rooms', rooms] satisfies Entry]),
  ['joinRate', rateText(rate)],
];

export const scaleFixedRooms = <Spec extends FixedRooms>(spec: Spec, factor: number): Spec => ({
  ...spec,
  rooms: scaleCount(spec.rooms, factor),
  joinRate: scaleJoinRate(spec.joinRate, factor),
});

export const scaleFixedRates = <Spec extends FixedRooms>(spec: Spec, factor: number): Spec => ({
  ...spec,
  joinRate: scaleJoinRate(spec.joinRate, factor),
});

/** Latest time at which the last slot is taken for the first time, ms. */
export const filledAtMs = (
  { rooms, joinRate: rate }: FixedRooms,
  { perRoom, joinSpreadMs }: { perRoom: number; joinSpreadMs: number },
): number => (rooms * perRoom * 1_000) / rate + joinSpreadMs;

/**
 * Times at which each slot is taken for the first time, room by room: at the join rate, and up to
 * the join spread later.
 */
export const firstJoins = (
  { rooms, joinRate: rate }: FixedRooms,
  { slots, joinSpreadMs, random }: Group,
): number[][] => {
  const chance = random('gather');
  const joins = Array.from(
    { length: rooms * slots.length },
    (_, index) => (index * 1_000) / rate + chance() * joinSpreadMs,
  );
  return Array.from({ length: rooms }, (_, room) =>
    joins.slice(room * slots.length, (room + 1) * slots.length),
  );
};

export const lastJoin = (joins: readonly (readonly number[])[]): number =>
  joins.reduce((latest, room) => room.reduce((a, b) => Math.max(a, b), latest), 0);

/** Rooms of a group; none if it has no slots. */
export const unlessEmpty = ({ slots }: Group, rooms: RoomLifetime[]): RoomLifetime[] =>
  slots.length === 0 ? [] : rooms;
