import { usageError } from '@livekit-swarm/settings';
import { LIMITS } from '../limits.ts';
import type { Random } from '../random.ts';
import type { RoleSpec } from '../role-keys/registry.ts';

/** One session, ms after the executor began. */
export interface SessionSlot {
  joinAtMs: number;
  leaveAtMs: number;
}

/** A room while it is open, ms after the executor began. */
export interface RoomLifetime {
  /** From 1, in the order they open. */
  number: number;
  openAtMs: number;
  closeAtMs: number;
  /** The sessions in each slot, one after the other. Absent: all participants join within the group's join spread, and stay. */
  slots?: SessionSlot[][];
}

/** A part of an executor's time that has a name, ms after the executor began. */
export interface StageWindow {
  name: string;
  fromMs: number;
  toMs: number;
}

/** What an executor makes of its settings. */
export interface Expansion {
  rooms: RoomLifetime[];
  /** Not opened, because too many were open. */
  droppedRooms: number;
  stages: StageWindow[];
}

/** What an executor knows of its group. */
export interface Group {
  /** The role of each slot of a room, in the order in which they join. */
  slots: readonly RoleSpec[];
  /** Participants of a room join within this time, ms. */
  joinSpreadMs: number;
  /** A stream of random numbers for this name. Other names give other plans from the same seed. */
  random(...name: (string | number)[]): Random;
}

/** The shortest session: a join takes a good part of a second, so a shorter session would measure nothing. */
export const MIN_SESSION_MS = 1_000;

/**
 * Rooms and sessions are counted while they are made, so that a typing error does not fill the memory.
 * @throws SwarmError `usage`
 */
export const checkCount = (participants: number): void => {
  if (participants <= LIMITS.participants) return;
  throw usageError(
    `more than ${LIMITS.participants} participants would join`,
    'use fewer rooms, a lower rate, a shorter duration or longer sessions',
  );
};

/**
 * Participants that join a room one by one, spread at random over `withinMs` after it opened, and stay until it closes. They join in the order of their slots.
 * However short the room is open, each session lasts at least `MIN_SESSION_MS`.
 */
export const spreadJoins = (
  { openAtMs, closeAtMs }: Pick<RoomLifetime, 'openAtMs' | 'closeAtMs'>,
  slots: number,
  withinMs: number,
  random: Random,
): SessionSlot[][] => {
  const spread = Math.max(0, Math.min(withinMs, closeAtMs - openAtMs - MIN_SESSION_MS));
  const delays = Array.from({ length: slots }, () => random() * spread).sort((a, b) => a - b);
  return delays.map((delay) => [{ joinAtMs: openAtMs + delay, leaveAtMs: closeAtMs }]);
};
