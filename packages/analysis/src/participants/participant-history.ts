import type { EventLine, EventName, ParticipantLine, RecordLine } from '@livekit-swarm/record';
import { identityPrefix } from '@livekit-swarm/scenario';
import { TrackFold } from '../summary/fold-tracks.ts';
import {
  detailAfterEvent,
  detailAfterResult,
  emptyDetail,
  type ParticipantDetail,
} from './participant-detail.ts';
import {
  type ConnectionState,
  initialParticipantState,
  type ParticipantState,
  reduceParticipant,
} from './participant-state.ts';
import {
  type AffectedParticipant,
  byRoomSeverity,
  createMostAffected,
  type RoomSummary,
} from './severity.ts';

/** Event of a participant; `at` is in ms after the start of the run. */
export interface ParticipantEvent {
  at: number;
  event: EventName;
  /** Duration since the scheduled join or since the loss of the connection, ms. */
  durationMs: number | null;
  /** Code of the reason, and its text. */
  reason: string | null;
  message: string | null;
  /** Publication of an event about media. */
  media?: Pick<EventLine, 'publisher' | 'kind' | 'source'>;
  /** Action of `acted` and `action_failed`. */
  action?: string;
}

/** Whole session of a participant. */
export interface ParticipantHistory extends AffectedParticipant {
  group: string;
  joinTimeMs: number | null;
  /** Time from the scheduled join until the first media of a remote participant, ms. */
  firstMediaMs: number | null;
  /** End of the session, ms after the start of the run; null: unknown. */
  endedAt: number | null;
  interruptions: number;
  interruptionMs: number;
  detail: ParticipantDetail;
  /** First events, in order of time. */
  events: ParticipantEvent[];
  /** Number of all events, those of subscriptions and turns only where they are kept. */
  eventCount: number;
}

export interface ParticipantHistories {
  /** Most affected participants, the worst first, no more than requested. */
  participants: ParticipantHistory[];
  rooms: RoomSummary[];
  /** Number of all participants in the record; `roomCount`: number of all rooms. */
  participantCount: number;
  roomCount: number;
}

export interface ParticipantHistoryFold {
  add(line: RecordLine): void;
  /** Result; to be called once, after the last line. */
  result(): ParticipantHistories;
}

/** Largest number of events and tracks that are kept of a participant. */
export interface Depth {
  events: number;
  tracks: number;
  /** Also events of subscriptions and conversations, which may be many. */
  media: boolean;
}

/** Depth of every participant of a run: one that reconnects in a loop repeats itself. */
const EVERY_PARTICIPANT: Depth = { events: 60, tracks: 40, media: false };

/** Events of subscriptions and conversations, which would hide those of the participant. */
const REPEATED_EVENTS: ReadonlySet<EventName> = new Set([
  'media_started',
  'media_interrupted',
  'media_resumed',
  'media_duplicated',
  'turn',
]);

interface Entry {
  state: ParticipantState;
  events: ParticipantEvent[];
  eventCount: number;
  detail: ParticipantDetail;
  room: string;
  group: string;
  role: string;
  interruptions: number;
  interruptionMs: number;
}

interface RoomTally extends RoomSummary {
  /** Losses of those participants whose loss is known. */
  losses: { sum: number; of: number };
}

/**
 * Finds the most affected participants, with their events, and the most affected rooms. Memory
 * grows with the number of simultaneous participants and with the number of rooms; of participants
 * that left, no more are kept than requested.
 * @param depthOf how much is kept of a participant; default: enough for a table and a timeline
 */
export const createParticipantHistories = (
  max: { participants: number; rooms: number },
  depthOf: (identity: string) => Depth = () => EVERY_PARTICIPANT,
): ParticipantHistoryFold => {
  const entries = new Map<string, Entry>();
  const rooms = new Map<string, RoomTally>();
  const mostAffected = createMostAffected<ParticipantHistory>(max.participants);
  let participantCount = 0;
  let lastAt = 0;
  let finished = false;

  const finish = (participant: AffectedParticipant): void => {
    const entry = entries.get(participant.identity);
    if (entry === undefined) return;
    entries.delete(participant.identity);
    participantCount++;
    const history = historyOf(participant, entry);
    addToRoom(rooms, history);
    mostAffected.add(history);
  };
  // This fold is used only for the tracks that each participant should have received, not for its
  // metrics.
  const tracks = new TrackFold(
    () => [],
    () => [],
    finish,
  );

  const entryOf = (
    identity: string,
    { room = '', group = '', role = '' }: Partial<Pick<EventLine, 'room' | 'group' | 'role'>>,
  ): Entry => {
    let entry = entries.get(identity);
    if (entry === undefined) {
      const state = initialParticipantState();
      entry = {
        ...{ state, events: [], eventCount: 0, detail: emptyDetail() },
        ...{ room, group, role, interruptions: 0, interruptionMs: 0 },
      };
      entries.set(identity, entry);
    }
    return entry;
  };

  const addEvent = (line: EventLine): void => {
    const { identity, event } = line;
    if (identity === undefined) return;
    const depth = depthOf(identity);
    if (REPEATED_EVENTS.has(event) && !depth.media) return;
    const entry = entryOf(identity, line);
    entry.state = reduceParticipant(entry.state, line);
    entry.detail = detailAfterEvent(entry.detail, line);
    entry.eventCount++;
    if (entry.events.length < depth.events) entry.events.push(eventOf(line));
  };

  const addResult = (line: ParticipantLine): void => {
    const entry = entryOf(line.identity, line);
    entry.state = reduceParticipant(entry.state, line);
    entry.detail = detailAfterResult(entry.detail, line, depthOf(line.identity).tracks);
    for (const { direction, kind, interruptions, interruptionMs } of line.tracks) {
      if (direction !== 'down' || kind === 'data') continue;
      entry.interruptions += interruptions || 0;
      entry.interruptionMs += interruptionMs || 0;
    }
    tracks.add(line);
  };

  return {
    add: (line) => {
      if ('at' in line) lastAt = Math.max(lastAt, line.at);
      switch (line.type) {
        case 'header': {
          const prefix = identityPrefix(line.run);
          tracks.begin(line, (identity) => identity.startsWith(prefix));
          break;
        }
        case 'event':
          addEvent(line);
          break;
        case 'participant':
          addResult(line);
          break;
        case 'end':
          finished = line.reason === 'completed';
          break;
        default:
      }
    },
    result: () => {
      tracks.close(finished, lastAt);
      for (const { identity } of tracks.setAside) entries.delete(identity);
      // Participants without a result in the record.
      for (const [identity, entry] of [...entries]) finish(withoutResult(identity, entry));
      return {
        participants: mostAffected.list(),
        rooms: [...rooms.values()].sort(byRoomSeverity).slice(0, max.rooms).map(roomOf),
        participantCount,
        roomCount: rooms.size,
      };
    },
  };
};

/** Interval in which a participant was in one state, ms after the start of the run. */
export interface StateInterval {
  state: ConnectionState;
  fromMs: number;
  toMs: number;
}

/**
 * Intervals of a participant's session, in order.
 * @param runMs length of the run, where the session of a participant without a result ends, ms
 */
export const stateIntervals = (
  { scheduledAt, endedAt, events }: ParticipantHistory,
  runMs: number,
): StateInterval[] => {
  const intervals: StateInterval[] = [];
  let fromMs = Math.max(0, scheduledAt);
  let state = initialParticipantState(fromMs);
  const end = (toMs: number): void => {
    if (toMs >= fromMs) intervals.push({ state: state.connection, fromMs, toMs });
    fromMs = toMs;
  };
  for (const { at, event } of events) {
    const next = reduceParticipant(state, { type: 'event', at, event });
    if (next.connection !== state.connection) end(at);
    state = next;
  }
  end(endedAt ?? runMs);
  return intervals;
};

const withoutResult = (identity: string, { room, role }: Entry): AffectedParticipant => ({
  identity,
  room,
  role,
  outcome: null,
  reason: null,
  scheduledAt: 0,
  missing: 0,
  stalled: 0,
  loss: null,
  jitterMs: null,
  latencyP95Ms: null,
  longestInterruptionMs: 0,
  reconnects: 0,
});

const historyOf = (
  participant: AffectedParticipant,
  { state, events, eventCount, detail, group, interruptions, interruptionMs }: Entry,
): ParticipantHistory => ({
  ...participant,
  reconnects: Math.max(participant.reconnects, state.resumes + state.reconnects + state.rejoins),
  group,
  scheduledAt: state.scheduledAt ?? events[0]?.at ?? 0,
  joinTimeMs: state.joinTimeMs,
  firstMediaMs: state.firstMediaMs,
  endedAt: state.endedAt,
  interruptions,
  interruptionMs,
  detail,
  events: events.sort((a, b) => a.at - b.at),
  eventCount,
});

const eventOf = (line: EventLine): ParticipantEvent => {
  const { at, event, reason = null, message = null, publisher, kind, source, action } = line;
  const durationMs = line.phases?.joined ?? line.durationMs ?? line.turn?.responseMs ?? null;
  return {
    ...{ at, event, durationMs, reason, message },
    ...(kind !== undefined && {
      media: {
        kind,
        ...(publisher !== undefined && { publisher }),
        ...(source !== undefined && { source }),
      },
    }),
    ...(action !== undefined && { action }),
  };
};

const addToRoom = (rooms: Map<string, RoomTally>, participant: ParticipantHistory): void => {
  const known = rooms.get(participant.room) ?? emptyRoom(participant);
  rooms.set(participant.room, known);
  known.participants++;
  if (participant.outcome === 'join_failed') known.joinsFailed++;
  else if (participant.outcome !== 'left' && participant.outcome !== null) known.disconnected++;
  known.missing += participant.missing;
  known.stalled += participant.stalled;
  known.reconnects += participant.reconnects;
  known.longestInterruptionMs = Math.max(
    known.longestInterruptionMs,
    participant.longestInterruptionMs,
  );
  known.jitterMs = larger(known.jitterMs, participant.jitterMs);
  known.latencyP95Ms = larger(known.latencyP95Ms, participant.latencyP95Ms);
  if (participant.loss === null) return;
  known.losses.sum += participant.loss;
  known.losses.of++;
  known.loss = known.losses.sum / known.losses.of;
};

const emptyRoom = ({ room, group }: ParticipantHistory): RoomTally => ({
  room,
  group,
  participants: 0,
  joinsFailed: 0,
  disconnected: 0,
  missing: 0,
  stalled: 0,
  loss: null,
  jitterMs: null,
  latencyP95Ms: null,
  longestInterruptionMs: 0,
  reconnects: 0,
  losses: { sum: 0, of: 0 },
});

const roomOf = ({ losses: _, ...room }: RoomTally): RoomSummary => room;

const larger = (a: number | null, b: number | null): number | null =>
  a === null || (b !== null && b > a) ? b : a;
