import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { decodeStreams, EVENT_CODES, type EventCode, type Interval } from './entries.ts';

/** Session as it is stored. Times are Unix ms. */
export interface StoredSession {
  id: number;
  sid: string;
  room: string;
  identity: string;
  node: string | null;
  path: string | null;
  network: string | null;
  sdk: string | null;
  browser: string | null;
  joinedMs: number;
  /** Time of the last entry about the session. */
  seenMs: number;
  /** Time of leaving; null: the session has not ended, or nothing reported its end. */
  leftMs: number | null;
  leftReason: string | null;
}

export interface StoredEvent {
  atMs: number;
  code: EventCode;
  detail: string | null;
  /** SID of the participant; null: the event concerns the room. */
  sid: string | null;
}

export interface RoomRow {
  room: string;
  sessions: number;
  participants: number;
  fromMs: number;
  toMs: number;
}

export interface Span {
  fromMs: number;
  toMs: number;
}

export const listRooms = (
  database: DatabaseSync,
  { fromMs, toMs }: Span,
  most: number,
): RoomRow[] =>
  database
    .prepare(
      `SELECT room, count(*) AS sessions, count(DISTINCT identity) AS participants, min(joined_ms) AS first, max(seen_ms) AS last
       FROM sessions WHERE seen_ms >= ? AND joined_ms <= ? GROUP BY room ORDER BY last DESC LIMIT ?`,
    )
    .all(fromMs, toMs, most)
    .map((row) => ({
      room: String(row.room),
      sessions: Number(row.sessions),
      participants: Number(row.participants),
      fromMs: Number(row.first),
      toMs: Number(row.last),
    }));

export const sessionsOfRoom = (
  database: DatabaseSync,
  room: string,
  { fromMs, toMs }: Span,
  most: number,
): StoredSession[] =>
  database
    .prepare(
      'SELECT * FROM sessions WHERE room = ? AND seen_ms >= ? AND joined_ms <= ? ORDER BY seen_ms DESC LIMIT ?',
    )
    .all(room, fromMs, toMs, most)
    .map(sessionOf);

/** Sessions in other rooms on these nodes. */
export const neighboursOf = (
  database: DatabaseSync,
  room: string,
  nodes: readonly string[],
  { fromMs, toMs }: Span,
  most: number,
): StoredSession[] =>
  database
    .prepare(
      `SELECT * FROM sessions WHERE node IN (SELECT value FROM json_each(?)) AND room <> ? AND seen_ms >= ? AND joined_ms <= ?
       ORDER BY seen_ms LIMIT ?`,
    )
    .all(JSON.stringify(nodes), room, fromMs, toMs, most)
    .map(sessionOf);

/** Intervals by the ids of their sessions, oldest first. */
export const intervalsOf = (
  database: DatabaseSync,
  ids: readonly number[],
  { fromMs, toMs }: Span,
): Map<number, Interval[]> => {
  const found = new Map<number, Interval[]>();
  const rows = database
    .prepare(
      `SELECT session, from_ms, to_ms, streams FROM intervals
       WHERE session IN (SELECT value FROM json_each(?)) AND to_ms > ? AND from_ms < ? ORDER BY to_ms`,
    )
    .all(JSON.stringify(ids), fromMs, toMs);
  for (const row of rows) {
    const id = Number(row.session);
    const interval = {
      fromMs: Number(row.from_ms),
      toMs: Number(row.to_ms),
      streams: decodeStreams(String(row.streams)),
    };
    const intervals = found.get(id);
    if (intervals === undefined) found.set(id, [interval]);
    else intervals.push(interval);
  }
  return found;
};

export const eventsOfRoom = (
  database: DatabaseSync,
  room: string,
  { fromMs, toMs }: Span,
  most: number,
): StoredEvent[] =>
  database
    .prepare(
      `SELECT at_ms, code, detail, sid FROM events LEFT JOIN sessions ON sessions.id = events.session
       WHERE events.room = ? AND at_ms >= ? AND at_ms <= ? ORDER BY at_ms DESC, events.id DESC LIMIT ?`,
    )
    .all(room, fromMs, toMs, most)
    .flatMap((row) => {
      const code = EVENT_CODES.find((known) => known === row.code);
      if (code === undefined) return [];
      return [{ atMs: Number(row.at_ms), code, detail: textOf(row.detail), sid: textOf(row.sid) }];
    })
    .reverse();

type Row = Record<string, SQLOutputValue>;

const sessionOf = (row: Row): StoredSession => ({
  id: Number(row.id),
  sid: String(row.sid),
  room: String(row.room),
  identity: String(row.identity),
  node: textOf(row.node),
  path: textOf(row.path),
  network: textOf(row.network),
  sdk: textOf(row.sdk),
  browser: textOf(row.browser),
  joinedMs: Number(row.joined_ms),
  seenMs: Number(row.seen_ms),
  leftMs: row.left_ms === null ? null : Number(row.left_ms),
  leftReason: textOf(row.left_reason),
});

const textOf = (value: SQLOutputValue | undefined): string | null =>
  value === null || value === undefined ? null : String(value);
