import { createHash } from 'node:crypto';
import { networkOf, transportOf } from './labels.ts';
import type { Holder } from './token-check.ts';

/** One participant as its reports tell. Neither identity nor room is kept, but for rooms on the list. */
export interface Participant {
  /** Of the last report, ms. */
  seenAt: number;
  /** A report of it might be sent again until its token expires, ms. */
  rememberUntil: number;
  /** How long it counts as here without another report, ms. */
  activeForMs: number;
  /** It reported its end. */
  ended: boolean;
  /** Sessions of it that are known, the newest last, each with its last report. */
  sessions: { id: string; seq: number }[];
  /** How much time its next reports may cover, ms. */
  credit: number;
  sdk: string;
  browser: string;
  transport: string;
  network: string;
  /** Only of rooms on the list. */
  room: string | undefined;
  last: { score: number | undefined; lost: number; expected: number };
}

export interface Sessions {
  /** The participant, known or new; null when there is no place for another. */
  open(holder: Holder, at: number): Participant | null;
  /** Those that reported lately. */
  active(at: number): Participant[];
  readonly size: number;
}

/** A session is active until two reports are missing and a third is late, within bounds that do not depend on the report. */
const ACTIVE_FOR = { intervals: 3.5, leastMs: 35_000, mostMs: 10 * 60_000 } as const;
/** @param intervalMs that the last report covered */
export const activeFor = (intervalMs: number): number =>
  Math.min(ACTIVE_FOR.mostMs, Math.max(ACTIVE_FOR.leastMs, intervalMs * ACTIVE_FOR.intervals));
/** What a beacon keeps while the exporter is unreachable: 30 reports of 60 seconds each. */
const MAX_CREDIT_MS = 30 * 60_000;
/** With many tracks, a window is sent in several reports. */
const CREDIT_PER_MS = 8;
const LONGEST_MEMORY_MS = 24 * 3_600_000;

/** @param rooms that have metrics of their own @param most participants that are remembered */
export const createSessions = (
  rooms: readonly string[],
  most: number,
  wallClock: () => number = Date.now,
): Sessions => {
  const listed = new Set(rooms);
  // In the order of their last report.
  const participants = new Map<string, Participant>();

  const isActive = ({ seenAt, activeForMs, ended }: Participant, at: number): boolean =>
    !ended && at - seenAt < activeForMs;

  /** Makes room for one more if possible: removes the session that left and reported least recently. */
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

  const open = ({ room, identity, expires }: Holder, at: number): Participant | null => {
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

/** A participant has one session; a page that was loaded again begins another, while the last report of the one before is on its way. */
const MAX_SESSIONS = 4;

/** Whether a report is new: each counts once, in its order. */
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
