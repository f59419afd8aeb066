import { usageError } from '@livekit-swarm/settings';
import { LIMITS } from '../limits.ts';
import type { Random } from '../random.ts';
import type { RoleSpec } from '../role-keys/registry.ts';

/** Session of a participant, ms after the start of the executor. */
export interface SessionSlot {
  joinAtMs: number;
  leaveAtMs: number;
}

/** Room while it is open, ms after the start of the executor. */
export interface RoomLifetime {
  /** Number of the room, from 1, in the order in which rooms open. */
  number: number;
  openAtMs: number;
  closeAtMs: number;
  /**
   * Successive sessions in each slot. Absent: all participants join within the group's join spread,
   * and stay.
   */
  slots?: SessionSlot[][];
}

/** Named part of an executor's time, ms after the start of the executor. */
export interface StageWindow {
  name: string;
  fromMs: number;
  toMs: number;
}

/** Rooms, sessions and stages of an executor with its settings. */
export interface Expansion {
  rooms: RoomLifetime[];
  /** Number of rooms that were not opened because too many were open. */
  droppedRooms: number;
  stages: StageWindow[];
}

/** Facts about its group that an executor needs. */
export interface Group {
  /** Role of each slot of a room, in the order in which participants join. */
  slots: readonly RoleSpec[];
  /** Time within which participants of a room join, ms. */
  joinSpreadMs: number;
  /** Random stream of this name: for the same seed, other names give other numbers. */
  random(...name: (string | number)[]): Random;
}

/**
 * Shortest session, ms: a join takes a good part of a second, so a shorter session would measure
 * nothing.
 */
export const MIN_SESSION_MS = 1_000;

/**
 * Check the number of sessions while they are made, so that a typing error does not fill the
 * memory.
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
 * Sessions of participants that join a room one by one, spread at random over `withinMs` after it
 * opened, and stay until it closes. They join in the order of their slots. Each session lasts at
 * least `MIN_SESSION_MS`, even if the room is open for a short time.
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
