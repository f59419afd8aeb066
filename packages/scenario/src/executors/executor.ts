import { usageError } from '@livekit-swarm/settings';
import { LIMITS } from '../load-spec.ts';
import type { Random } from '../random.ts';
import type { RoleSpec } from '../scenario.ts';
import type { ExecutorSpec } from './executor-spec.ts';

/** From joining to leaving, ms after the executor began. */
export interface Turn {
  joinAtMs: number;
  leaveAtMs: number;
}

/** A room while it is open, ms after the executor began. */
export interface RoomStay {
  /** From 1, in the order they open. */
  number: number;
  openAtMs: number;
  closeAtMs: number;
  /** For each place those who take it, one after the other. Absent: everybody comes within the group's gather time, and stays. */
  places?: Turn[][];
}

/** A part of an executor's time that has a name, ms after the executor began. */
export interface StageStretch {
  name: string;
  fromMs: number;
  toMs: number;
}

/** What an executor makes of its settings. */
export interface Expansion {
  rooms: RoomStay[];
  /** Not opened, as too many were open. */
  droppedRooms: number;
  stages: StageStretch[];
}

/** What an executor knows of its group. */
export interface Group {
  /** The places of a room with who is to take them, in the order they join. */
  places: readonly RoleSpec[];
  /** People do not arrive at once, but within this time, ms. */
  gatherMs: number;
  /** A stream of random numbers for whatever has this name. */
  random(...name: (string | number)[]): Random;
}

/** How rooms come and go. Pure: the same settings and the same random numbers give the same rooms. */
export type Executor<Type extends ExecutorSpec['type']> = (
  spec: Extract<ExecutorSpec, { type: Type }>,
  group: Group,
) => Expansion;

/** Nobody comes for less: a join takes a good part of a second, and what is left after it would measure nothing. */
export const MIN_STAY_MS = 1_000;

/**
 * Rooms that come by chance or by rate are counted while they are made, so that a slip of the pen does not fill the memory.
 * @throws SwarmError `usage`
 */
export const checkCount = (people: number): void => {
  if (people <= LIMITS.participants) return;
  throw usageError(
    `more than ${LIMITS.participants} participants would join`,
    'use fewer rooms, a lower rate, a shorter duration or longer stays',
  );
};
