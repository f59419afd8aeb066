import type { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { diagnose } from '../diagnose/diagnose.ts';
import type { Finding } from '../diagnose/finding.ts';
import { downLoss, type LossByKind, lossierKind, shareOf, upLoss } from '../diagnose/loss.ts';
import type { ObservedSession } from '../diagnose/observation.ts';
import {
  eventsOfRoom,
  intervalsOf,
  neighboursOf,
  type Span,
  type StoredEvent,
  type StoredSession,
  sessionsOfRoom,
} from '../journal/read.ts';
import { type FindingSpan, spansOf } from './spans.ts';
import { observe, WINDOW_MS, windowOf } from './windows.ts';

/**
 * Losses of a session in one window, of audio or video, whichever is higher, 0 … 1; null: no media
 * was sent or received.
 */
export interface WindowFigures {
  atMs: number;
  up: number | null;
  down: number | null;
}

export interface SessionView extends Omit<StoredSession, 'id'> {
  figures: WindowFigures[];
}

/** Sessions, events and impaired legs of a room, or of one participant in it. Times are Unix ms. */
export interface RoomView extends Span {
  room: string;
  /** Identity of the participant; null: all participants of the room. */
  identity: string | null;
  sessions: SessionView[];
  events: StoredEvent[];
  /** Findings, the most important one first. */
  findings: FindingSpan[];
  /**
   * True if older rows were omitted, as there are too many; the view then begins at a later
   * `fromMs`.
   */
  truncated: boolean;
}

export interface RoomQuery extends Span {
  room: string;
  identity?: string | null;
}

const MOST = { sessions: 500, events: 1_000, intervals: 10_000, neighbours: 12 } as const;
/** Time span that is read in one step, newest first, ms. */
const CHUNK_MS = 12 * WINDOW_MS;

/**
 * Read the view of a room.
 * @returns null if the journal has no session of the room, or of the participant in it, in that
 * time
 */
export const viewRoom = async (
  database: DatabaseSync,
  query: RoomQuery,
): Promise<RoomView | null> => {
  const { room, identity = null } = query;
  const stored = sessionsOfRoom(database, room, query, MOST.sessions);
  const shown = stored.filter((session) => identity === null || session.identity === identity);
  const first = Math.min(...stored.map(({ joinedMs }) => joinedMs));
  const last = Math.max(...stored.map(({ seenMs }) => seenMs));
  if (shown.length === 0) return null;
  const span = {
    fromMs: Math.max(query.fromMs, windowOf(first)),
    toMs: Math.min(query.toMs, windowOf(last) + WINDOW_MS),
  };
  const { found, observed, fromMs, truncated } = await findAll(database, room, stored, span);
  const concerned = new Map(
    [...found].map(([at, findings]) => [
      at,
      findings.filter((finding) =>
        concerns(finding, shown, observed.get(at) ?? [], identity !== null),
      ),
    ]),
  );
  const sids = new Set(shown.map(({ sid }) => sid));
  return {
    room,
    identity,
    fromMs,
    toMs: span.toMs,
    sessions: shown
      .sort((a, b) => a.joinedMs - b.joinedMs || a.identity.localeCompare(b.identity))
      .map(({ id: _, ...session }) => ({ ...session, figures: figuresOf(session.sid, observed) })),
    events: eventsOfRoom(database, room, { fromMs, toMs: span.toMs }, MOST.events).filter(
      ({ sid }) => sid === null || sids.has(sid),
    ),
    findings: spansOf(concerned),
    truncated,
  };
};

interface Found {
  found: Map<number, Finding[]>;
  /** Sessions of the room by the start of their window. */
  observed: Map<number, ObservedSession[]>;
  fromMs: number;
  truncated: boolean;
}

const findAll = async (
  database: DatabaseSync,
  room: string,
  sessions: readonly StoredSession[],
  { fromMs, toMs }: Span,
): Promise<Found> => {
  const all: Found = { found: new Map(), observed: new Map(), fromMs, truncated: false };
  let read = 0;
  // Chunks begin and end with windows, so that each window is in exactly one chunk.
  for (let to = windowOf(toMs - 1) + WINDOW_MS; to > fromMs; to -= CHUNK_MS) {
    const chunk = { fromMs: Math.max(windowOf(fromMs), to - CHUNK_MS), toMs: to };
    // Reading a room of a day takes seconds: scrapes and reports are answered between chunks.
    await setImmediate();
    const intervals = intervalsOf(
      database,
      sessions.map(({ id }) => id),
      chunk,
    );
    read += [...intervals.values()].reduce((sum, { length }) => sum + length, 0);
    if (read > MOST.intervals) return { ...all, fromMs: to, truncated: true };
    const observed = within(observe(sessions, intervals), chunk);
    // Sessions of other rooms are read only to compare an impaired one with them.
    const isHealthy = [...observed.values()].every((window) => diagnose(window).length === 0);
    const others = isHealthy ? new Map() : neighbours(database, room, sessions, chunk);
    for (const [at, window] of observed) {
      all.observed.set(at, window);
      if (!isHealthy) all.found.set(at, diagnose([...window, ...(others.get(at) ?? [])]));
    }
  }
  return all;
};

/** Windows within a chunk. An interval that spans two chunks is read with both. */
const within = <Value>(windows: Map<number, Value>, { fromMs, toMs }: Span): Map<number, Value> =>
  new Map([...windows].filter(([at]) => at >= fromMs && at < toMs));

const neighbours = (
  database: DatabaseSync,
  room: string,
  sessions: readonly StoredSession[],
  chunk: Span,
): Map<number, ObservedSession[]> => {
  const nodes = new Set(sessions.map(({ node }) => node).filter((node) => node !== null));
  const others = neighboursOf(database, room, [...nodes], chunk, MOST.neighbours);
  return observe(
    others,
    intervalsOf(
      database,
      others.map(({ id }) => id),
      chunk,
    ),
  );
};

/** Check whether a finding concerns media that these sessions sent or received. */
const concerns = (
  { leg, subject }: Finding,
  shown: readonly StoredSession[],
  observed: readonly ObservedSession[],
  isOne: boolean,
): boolean => {
  if (subject.type === 'node')
    return shown.some(
      ({ node, path }) => node === subject.node && (subject.path === null || subject.path === path),
    );
  const sids = new Set(shown.map(({ sid }) => sid));
  if (sids.has(subject.sid)) return true;
  if (!isOne)
    return observed.some(({ sid }) => sid === subject.sid) || isReceived(subject.sid, observed);
  return (
    leg === 'sender_uplink' &&
    isReceived(
      subject.sid,
      observed.filter(({ sid }) => sids.has(sid)),
    )
  );
};

const isReceived = (sender: string, receivers: readonly ObservedSession[]): boolean =>
  receivers.some(({ streams }) =>
    streams.some(({ direction, publisher }) => direction === 'down' && publisher === sender),
  );

const figuresOf = (
  sid: string,
  observed: ReadonlyMap<number, readonly ObservedSession[]>,
): WindowFigures[] =>
  [...observed]
    .sort(([a], [b]) => a - b)
    .flatMap(([atMs, window]) => {
      const session = window.find((one) => one.sid === sid);
      if (session === undefined || session.streams.length === 0) return [];
      const share = (byKind: LossByKind) => {
        const loss = lossierKind(byKind);
        return loss.packets === 0 ? null : round(shareOf(loss));
      };
      return [{ atMs, up: share(upLoss(session)), down: share(downLoss(session)) }];
    });

const round = (share: number): number => Math.round(share * 1e4) / 1e4;
