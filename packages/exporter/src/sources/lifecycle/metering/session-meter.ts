import { groupOf, type MeteredRoom, type MeteringRules } from './groups.ts';

/** Session of a participant, as webhooks and the API describe it. */
export interface MeteredSession {
  /** SID of the participant; each session has another one. */
  sid: string;
  /** Time of the join by the server's clock, Unix ms. */
  joinedAtMs: number;
}

export interface SessionMeter {
  joined(room: MeteredRoom, session: MeteredSession): void;
  left(room: MeteredRoom, session: MeteredSession, atMs: number): void;
  /**
   * Check whether the meter and the API have the same number of sessions of a room, and no session
   * is about to end.
   */
  agrees(room: string, participants: number): boolean;
  /**
   * Count sessions of a room up to a time at which its node was alive.
   * @param node node of the room; null: unknown
   */
  confirm(room: string, node: string | null, untilMs: number): void;
  /** End the sessions of a room on a node that no longer holds it. */
  lost(room: string, node: string, atMs: number): void;
  /** Compare the sessions of a room with the participants that the API lists. */
  reconcile(room: MeteredRoom, listed: readonly MeteredSession[], atMs: number): void;
  /** Return the rooms with sessions. */
  rooms(): { name: string; group: string; sessions: number; nodes: ReadonlySet<string> }[];
}

interface Session {
  /** Time up to which minutes are counted, Unix ms. */
  untilMs: number;
  node: string | null;
  /**
   * Time at which the API first did not list the session, Unix ms: its webhook `participant_left`
   * may be delayed.
   */
  missingSinceMs: number | null;
}

interface Room {
  group: string;
  sessions: Map<string, Session>;
}

const MINUTE_MS = 60_000;
/**
 * Maximum number of remembered ended sessions, so that a late webhook or a stale list counts none
 * of them twice.
 */
const REMEMBERED = 50_000;

/**
 * Create the meter of participant-minutes from webhooks, which may be lost, and from lists of the
 * API, which may be late. Minutes of a session in progress are counted up to its last confirmation.
 * A session whose last webhook was lost ends half-way between the last time at which it was
 * confirmed and the first time at which it was not listed.
 * @param sinceMs begin of metering: earlier sessions are counted from then, so that a restarted
 * exporter counts no minute twice
 */
export const createSessionMeter = (
  rules: MeteringRules,
  sinceMs: number,
  add: (group: string, minutes: number) => void,
): SessionMeter => {
  const rooms = new Map<string, Room>();
  const ended = new Set<string>();

  const roomOf = (room: MeteredRoom): Room => {
    const known = rooms.get(room.name);
    if (known !== undefined) return known;
    const made = { group: groupOf(room, rules), sessions: new Map() };
    rooms.set(room.name, made);
    return made;
  };
  const count = (group: string, session: Session, untilMs: number): void => {
    if (untilMs <= session.untilMs) return;
    add(group, (untilMs - session.untilMs) / MINUTE_MS);
    session.untilMs = untilMs;
  };
  const begin = ({ joinedAtMs }: MeteredSession): Session => ({
    untilMs: Math.max(sinceMs, joinedAtMs),
    node: null,
    missingSinceMs: null,
  });
  const end = (name: string, sid: string): void => {
    const room = rooms.get(name);
    room?.sessions.delete(sid);
    if (room?.sessions.size === 0) rooms.delete(name);
    ended.add(sid);
    const [oldest] = ended;
    if (oldest !== undefined && ended.size > REMEMBERED) ended.delete(oldest);
  };

  return {
    joined: (room, session) => {
      if (ended.has(session.sid)) return;
      const { sessions } = roomOf(room);
      if (!sessions.has(session.sid)) sessions.set(session.sid, begin(session));
    },
    left: (room, session, atMs) => {
      if (ended.has(session.sid)) return;
      const { group, sessions } = roomOf(room);
      count(group, sessions.get(session.sid) ?? begin(session), atMs);
      end(room.name, session.sid);
    },
    agrees: (name, participants) => {
      const sessions = [...(rooms.get(name)?.sessions.values() ?? [])];
      return (
        sessions.length === participants &&
        sessions.every(({ missingSinceMs }) => missingSinceMs === null)
      );
    },
    confirm: (name, node, untilMs) => {
      const room = rooms.get(name);
      for (const session of room?.sessions.values() ?? []) {
        // A session does not move to another node: a session of a node that no longer holds the
        // room has ended.
        session.node ??= node;
        if (session.node === node && session.missingSinceMs === null)
          count(room?.group ?? '', session, untilMs);
      }
    },
    lost: (name, node, atMs) => {
      const room = rooms.get(name);
      for (const [sid, session] of [...(room?.sessions ?? [])]) {
        if (session.node !== node) continue;
        count(room?.group ?? '', session, atMs);
        end(name, sid);
      }
    },
    reconcile: (room, listed, atMs) => {
      const present = new Set(listed.map(({ sid }) => sid));
      for (const session of listed) {
        if (ended.has(session.sid)) continue;
        const { sessions } = roomOf(room);
        if (!sessions.has(session.sid)) sessions.set(session.sid, begin(session));
      }
      const known = rooms.get(room.name);
      for (const [sid, session] of [...(known?.sessions ?? [])]) {
        if (present.has(sid)) session.missingSinceMs = null;
        else if (session.missingSinceMs === null) session.missingSinceMs = atMs;
        else {
          const middleMs = (session.untilMs + session.missingSinceMs) / 2;
          count(known?.group ?? '', session, middleMs);
          end(room.name, sid);
        }
      }
    },
    rooms: () =>
      [...rooms].map(([name, { group, sessions }]) => ({
        name,
        group,
        sessions: sessions.size,
        nodes: new Set([...sessions.values()].flatMap(({ node }) => node ?? [])),
      })),
  };
};
