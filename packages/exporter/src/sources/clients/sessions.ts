import { createHash } from 'node:crypto';
import { networkOf, transportOf } from './labels.ts';
import type { TokenHolder } from './token-check.ts';

/**
 * Participant as known from its reports. Neither identity nor room is kept, except for rooms on the
 * list.
 */
export interface Participant {
  /** Time of the last report, ms. */
  seenAt: number;
  /** Time until which a report may be sent again, as its token has not expired, ms. */
  rememberUntil: number;
  /** Time for which the participant counts as active without another report, ms. */
  activeForMs: number;
  /** True after a report of the end of the session. */
  ended: boolean;
  /** Known sessions of the participant, the newest last, each with its last report. */
  sessions: { id: string; seq: number }[];
  /** Time that the next reports may cover, ms. */
  credit: number;
  sdk: string;
  browser: string;
  transport: string;
  network: string;
  /** Name of the room, if it is on the list. */
  room: string | undefined;
  last: { score: number | undefined; lost: number; expected: number };
}

export interface Sessions {
  /** Return the participant, known or new; null if the maximum is reached. */
  open(holder: TokenHolder, at: number): Participant | null;
  /** Return the participants that reported recently. */
  active(at: number): Participant[];
  readonly size: number;
}

/**
 * Time for which a session is active without a report: until two reports are missing and a third is
 * late, within bounds that do not depend on the report.
 */
const ACTIVE_FOR = { intervals: 3.5, leastMs: 35_000, mostMs: 10 * 60_000 } as const;
/**
 * Time for which a session is active after a report, ms.
 * @param intervalMs period of the report
 */
export const activeFor = (intervalMs: number): number =>
  Math.min(ACTIVE_FOR.mostMs, Math.max(ACTIVE_FOR.leastMs, intervalMs * ACTIVE_FOR.intervals));
/**
 * Maximum of a participant's credit, ms. A beacon keeps 30 reports of 60 seconds each while the
 * exporter is unreachable.
 */
const MAX_CREDIT_MS = 30 * 60_000;
/**
 * Credit for each millisecond that passes, ms. With many tracks, a window is sent in several
 * reports.
 */
const CREDIT_PER_MS = 8;
const LONGEST_MEMORY_MS = 24 * 3_600_000;

/**
 * Create the store of participants.
 * @param rooms rooms that have metrics of their own
 * @param most maximum number of remembered participants
 */
export const createSessions = (
  rooms: readonly string[],
  most: number,
  wallClock: () => number = Date.now,
): Sessions => {
  const listed = new Set(rooms);
  // The map is in the order of the last reports.
  const participants = new Map<string, Participant>();

  const isActive = ({ seenAt, activeForMs, ended }: Participant, at: number): boolean =>
    !ended && at - seenAt < activeForMs;

  /**
   * Make room for another participant: remove the one with the oldest report, if it is not active.
   * @returns false if there is no room
   */
  const makeRoom = (at: number): boolean => {
    if (participants.size < most) return true;
    const [oldest] = participants;
    if (oldest === undefined || isActive(oldest[1], at)) return false;
    participants.delete(oldest[0]);
    return true;
  };

  const forgetOld = (at: number): void => {
    for (const [key, participant] of participants) {
      if (!isActive(participant, at) && at > participant.rememberUntil) participants.delete(key);
    }
  };

  const open = ({ room, identity, expires }: TokenHolder, at: number): Participant | null => {
    const key = createHash('sha256')
      .update(JSON.stringify([room, identity]))
      .digest('base64url');
    const known = participants.get(key);
    if (known === undefined && !makeRoom(at)) return null;
    const participant = known ?? newParticipant(listed.has(room) ? room : undefined, at);
    participants.delete(key);
    participants.set(key, participant);
    const goodFor = Math.min(LONGEST_MEMORY_MS, Math.max(0, expires * 1_000 - wallClock()));
    participant.rememberUntil = Math.max(participant.rememberUntil, at + goodFor);
    participant.credit = Math.min(
      MAX_CREDIT_MS,
      participant.credit + (at - participant.seenAt) * CREDIT_PER_MS,
    );
    participant.seenAt = at;
    return participant;
  };

  const active = (at: number): Participant[] => {
    forgetOld(at);
    return [...participants.values()].filter((participant) => isActive(participant, at));
  };

  return {
    open,
    active,
    get size() {
      return participants.size;
    },
  };
};

const newParticipant = (room: string | undefined, at: number): Participant => ({
  seenAt: at,
  rememberUntil: at,
  activeForMs: activeFor(0),
  ended: false,
  sessions: [],
  credit: MAX_CREDIT_MS,
  sdk: '',
  browser: '',
  transport: transportOf(undefined),
  network: networkOf(undefined),
  room,
  last: { score: undefined, lost: 0, expected: 0 },
});

/**
 * Maximum number of remembered sessions of a participant. A reloaded page begins another session
 * while the last report of the previous one is on its way.
 */
const MAX_SESSIONS = 4;

/** Check whether a report is new, and remember it: each report counts once, in its order. */
export const isNew = (participant: Participant, id: string, seq: number): boolean => {
  const known = participant.sessions.find((session) => session.id === id);
  if (known === undefined) {
    participant.sessions = [...participant.sessions, { id, seq }].slice(-MAX_SESSIONS);
    return true;
  }
  if (seq <= known.seq) return false;
  known.seq = seq;
  return true;
};
