import { groupOf, type MeteredRoom, type MeteringRules } from './groups.ts';

/** A participant's session, as webhooks and the API describe it. */
export interface MeteredSession {
  /** Of the participant; a new one for each session. */
  sid: string;
  /** By the server's clock. */
  joinedAtMs: number;
}

export interface SessionMeter {
  joined(room: MeteredRoom, session: MeteredSession): void;
  left(room: MeteredRoom, session: MeteredSession, atMs: number): void;
  /** Whether it counts as many sessions of this room as the API lists, and waits for the end of none. */
  agrees(room: string, participants: number): boolean;
  /**
   * The room is held by this node, which was alive until then: so were its sessions.
   * @param node null where it is not known
   */
  confirm(room: string, node: string | null, untilMs: number): void;
  /** The node that held the room is gone: its sessions ended then. */
  lost(room: string, node: string, atMs: number): void;
  /** The API lists these participants of the room, and no others. */
  reconcile(room: MeteredRoom, listed: readonly MeteredSession[], atMs: number): void;
  /** Rooms with sessions. */
  rooms(): { name: string; group: string; sessions: number; nodes: ReadonlySet<string> }[];
}

interface Session {
  /** Minutes until then are counted. */
  untilMs: number;
  node: string | null;
  /** When the API did not list it for the first time: its `left` may be under way. */
  missingSinceMs: number | null;
}

interface Room {
  group: string;
  sessions: Map<string, Session>;
}

const MINUTE_MS = 60_000;
/** Ended sessions that are remembered, so that a late webhook or a stale list counts none of them twice. */
const REMEMBERED = 50_000;

/**
 * Participant-minutes from webhooks, which may be lost, and from what the API lists, which may be late. Minutes of a session in progress are counted as far as
 * it is known to have been there; what a lost webhook leaves open is closed half-way between the last time that it was seen and the first time that it was not.
 * @param sinceMs sessions that began before are counted from then: a restarted exporter counts none twice
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
        // A session does not move to another node: one of a node that is gone is not there any more.
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
