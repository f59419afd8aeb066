import type { OwnSession } from '../reality/own-facts.ts';
import { type DeliveredEvent, joinDeliveries } from '../webhooks/deliveries.ts';
import type { PresenceEvent, TrackName, WebhookFact } from '../webhooks/webhook-fact.ts';
import { EventTally } from './event-tally.ts';
import { findDisorder, isEnd } from './find-disorder.ts';
import { type Finding, subjectOf } from './finding.ts';
import { matchSessions, type ReportedSession, reportedSessions } from './match-sessions.ts';

export interface Reality {
  /** Sessions by participant, each in order of time. */
  sessions: ReadonlyMap<string, readonly OwnSession[]>;
  /** Joins of a participant that failed: the server may have begun a session for each. */
  failedJoinsOf: (identity: string) => number;
  /** Rooms that exist for this run alone, so that their begin and end are of it. */
  ownRooms: ReadonlySet<string>;
  /** Rooms that the API still lists, which are not finished; null: unknown. */
  openRooms: ReadonlySet<string> | null;
}

export interface WebhookComparison {
  findings: readonly Finding[];
  tally: EventTally;
}

/** A session shorter than that may have ended before its media arrived, ms. */
const TRACKS_AFTER_MS = 2_000;

/** Compares webhooks with what participants did: whether each event arrived, once, and when. */
export const compareWebhooks = (
  reality: Reality,
  webhooks: readonly WebhookFact[],
): WebhookComparison => {
  const events = joinDeliveries(webhooks);
  const comparison = new Comparing(reality);
  for (const event of events) comparison.addDeliveries(event);
  const reported = Map.groupBy(reportedSessions(events), ({ identity }) => identity);
  for (const identity of new Set([...reality.sessions.keys(), ...reported.keys()]))
    comparison.addParticipant(identity, reported.get(identity) ?? []);
  comparison.addRooms(events);
  return { findings: comparison.findings, tally: comparison.tally };
};

class Comparing {
  readonly findings: Finding[] = [];
  readonly tally = new EventTally();
  readonly #reality: Reality;

  constructor(reality: Reality) {
    this.#reality = reality;
  }

  addDeliveries(event: DeliveredEvent): void {
    const [againAtMs] = event.againAtMs;
    if (againAtMs === undefined) return;
    const times = event.againAtMs.length;
    this.findings.push({
      ...{ code: 'delivered_again', atMs: againAtMs, times, ...subjectOf(event) },
    });
  }

  addParticipant(identity: string, reported: readonly ReportedSession[]): void {
    const own = this.#reality.sessions.get(identity) ?? [];
    const { pairs, extra } = matchSessions(own, reported);
    for (const [session, of] of pairs) this.#addSession(session, of?.events ?? []);
    let failedJoins = this.#reality.failedJoinsOf(identity);
    for (const { events } of extra) {
      const [first] = events;
      if (first === undefined) continue;
      // The server may have begun a session of which the participant knows nothing.
      if (failedJoins > 0) failedJoins--;
      else this.findings.push({ code: 'unexpected', atMs: first.atMs, ...subjectOf(first) });
      const isOver = own.every(({ endedAtMs }) => endedAtMs !== null);
      if (events.some(({ event }) => event === 'participant_joined'))
        this.#once('participant_left', events.filter(isEnd), isOver ? subjectOf(first) : null);
    }
  }

  #addSession(session: OwnSession, events: readonly DeliveredEvent[]): void {
    const { identity, room, joinedAtMs, endedAtMs, end, tracks } = session;
    const subject = { room, identity, track: null };
    const of = (name: PresenceEvent) => events.filter(({ event }) => event === name);
    this.#once('participant_joined', of('participant_joined'), subject, joinedAtMs);
    const isOver = endedAtMs !== null;
    // When a participant was lost is not known to it exactly.
    const leftAtMs = end === 'left' ? endedAtMs : null;
    this.#once('participant_left', events.filter(isEnd), isOver ? subject : null, leftAtMs);
    const published = Map.groupBy(of('track_published'), ({ track }) => track?.sid);
    const unpublished = Map.groupBy(of('track_unpublished'), ({ track }) => track?.sid);
    const missing = new Set<TrackName>(
      endedAtMs === null || endedAtMs - joinedAtMs >= TRACKS_AFTER_MS ? tracks : [],
    );
    for (const sid of new Set([...published.keys(), ...unpublished.keys()])) {
      const [begin = [], rest = []] = [published.get(sid), unpublished.get(sid)];
      const track = (begin[0] ?? rest[0])?.track?.name ?? null;
      if (track !== null) missing.delete(track);
      // A track that came later began at a time that only its publisher knows.
      const isWhole = track !== null && tracks.includes(track);
      const about = { ...subject, track };
      this.#once('track_published', begin, about, isWhole ? joinedAtMs : null);
      this.#once('track_unpublished', rest, isOver ? about : null, isWhole ? leftAtMs : null);
    }
    for (const track of missing) {
      this.#once('track_published', [], { ...subject, track }, joinedAtMs);
      this.#once('track_unpublished', [], isOver ? { ...subject, track } : null, leftAtMs);
    }
  }

  addRooms(events: readonly DeliveredEvent[]): void {
    const { ownRooms, openRooms, sessions } = this.#reality;
    const lives = Map.groupBy(events, ({ roomSid }) => roomSid);
    for (const life of lives.values()) this.findings.push(...findDisorder(life));
    const firstJoin = new Map<string, number>();
    for (const { room, joinedAtMs } of [...sessions.values()].flat())
      firstJoin.set(room, Math.min(joinedAtMs, firstJoin.get(room) ?? Number.POSITIVE_INFINITY));
    const seen = new Set<string>();
    for (const life of lives.values()) {
      const room = life[0]?.room ?? '';
      if (!ownRooms.has(room)) continue;
      const subject = { room, identity: null, track: null };
      const of = (name: PresenceEvent) => life.filter(({ event }) => event === name);
      const beganAtMs = seen.has(room) ? null : (firstJoin.get(room) ?? null);
      seen.add(room);
      this.#once('room_started', of('room_started'), subject, beganAtMs);
      const isOver = openRooms !== null && !openRooms.has(room);
      // When a room closes is decided by the server, after its departure timeout.
      this.#once('room_finished', of('room_finished'), isOver ? subject : null);
    }
    for (const [room, atMs] of firstJoin)
      if (ownRooms.has(room) && !seen.has(room)) {
        const subject = { room, identity: null, track: null };
        this.#once('room_started', [], subject, atMs);
        this.#once('room_finished', [], openRooms?.has(room) === false ? subject : null);
      }
  }

  /**
   * Adds what should have been reported once.
   * @param subject null: it need not have happened
   * @param happenedAtMs null: not known exactly
   */
  #once(
    event: PresenceEvent,
    [first, ...more]: readonly DeliveredEvent[],
    subject: Omit<Finding & { code: 'missed' }, 'code' | 'event' | 'atMs'> | null,
    happenedAtMs: number | null = null,
  ): void {
    const isMissed = first === undefined && subject !== null;
    if (isMissed) this.findings.push({ code: 'missed', event, atMs: happenedAtMs, ...subject });
    for (const again of more)
      this.findings.push({ code: 'repeated', atMs: again.atMs, ...subjectOf(again) });
    this.tally.add(event, {
      isDue: subject !== null || first !== undefined,
      isReported: first !== undefined,
      again: more.length + (first?.againAtMs.length ?? 0),
      // A webhook may overtake what its participant learns.
      delayMs:
        first === undefined || happenedAtMs === null
          ? null
          : Math.max(0, first.atMs - happenedAtMs),
    });
  }
}
