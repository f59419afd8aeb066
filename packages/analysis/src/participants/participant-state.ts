import type { EventLine, ParticipantLine } from '@livekit-swarm/record';

/**
 * The state of the connection of a participant.
 *
 * - joining: scheduled or joining; nothing else is known yet
 * - connected: joined, resumed, reconnected or rejoined
 * - reconnecting: the connection is lost, and the client resumes or reconnects
 * - disconnected: the client gave up, the server ended the session, or its worker died; with
 *   the reconnect policy `app` it may still rejoin
 * - left: left as asked
 * - join_failed: gave up joining
 */
export type ConnectionState =
  | 'joining'
  | 'connected'
  | 'reconnecting'
  | 'disconnected'
  | 'left'
  | 'join_failed';

/** One participant, from its lines in the record. Times are ms after the start of the run. */
export interface ParticipantState {
  connection: ConnectionState;
  /** When it entered that state. */
  since: number;
  /** When its join was scheduled. */
  scheduledAt: number | null;
  /** When it joined for the first time, and how long that took from the scheduled join, ms. */
  joinedAt: number | null;
  joinTimeMs: number | null;
  /** From the scheduled join until the first media of a remote participant, ms. */
  firstMediaMs: number | null;
  /** Since when it is disconnected; null while it is not. */
  disconnectedAt: number | null;
  resumes: number;
  reconnects: number;
  rejoins: number;
  /** Why the last thing that failed did: a code, a text, and what to do about it. */
  reason: string | null;
  message: string | null;
  hint: string | null;
  /** Of its result; null as long as there is none. */
  outcome: ParticipantLine['outcome'] | null;
  endedAt: number | null;
}

/** @param scheduledAt when its join is scheduled, where that is known beforehand */
export const initialParticipantState = (scheduledAt: number | null = null): ParticipantState => ({
  connection: 'joining',
  since: scheduledAt ?? 0,
  scheduledAt,
  joinedAt: null,
  joinTimeMs: null,
  firstMediaMs: null,
  disconnectedAt: null,
  resumes: 0,
  reconnects: 0,
  rejoins: 0,
  reason: null,
  message: null,
  hint: null,
  outcome: null,
  endedAt: null,
});

/** Whether a participant is in its room, be it while it reconnects. */
export const isConnected = ({ connection }: ParticipantState): boolean =>
  connection === 'connected' || connection === 'reconnecting';

/**
 * The only place that gives lines of the record a meaning for a participant: rosters, summaries,
 * timelines and gauges observe what changes between two states.
 * @param line of this participant; lines that change nothing return the same state
 */
export const reduceParticipant = (
  state: ParticipantState,
  line: EventLine | ParticipantLine,
): ParticipantState =>
  line.type === 'participant' ? reduceResult(state, line) : reduceEvent(state, line);

const reduceEvent = (state: ParticipantState, line: EventLine): ParticipantState => {
  const { at } = line;
  switch (line.event) {
    case 'joined': {
      // Lines of one moment may be written in any order: a join does not undo a disconnection.
      const next = enter(state, state.disconnectedAt === null ? 'connected' : 'disconnected', at);
      if (state.joinedAt !== null) return next;
      const joinTimeMs = line.phases?.joined ?? 0;
      return { ...next, joinedAt: at, joinTimeMs, scheduledAt: at - joinTimeMs };
    }
    case 'join_retry':
      return explain(state, line);
    case 'join_failed':
      return explain(
        state.joinedAt === null
          ? { ...enter(state, 'join_failed', at), scheduledAt: at - (line.durationMs ?? 0) }
          : state,
        line,
      );
    case 'first_media':
      return { ...state, firstMediaMs: state.firstMediaMs ?? line.durationMs ?? null };
    case 'signal_lost':
      return state.connection === 'connected' ? enter(state, 'reconnecting', at) : state;
    case 'resumed':
      return { ...recover(state, at), resumes: state.resumes + 1 };
    case 'reconnected':
      return { ...recover(state, at), reconnects: state.reconnects + 1 };
    case 'rejoined':
      return { ...recover(state, at), rejoins: state.rejoins + 1 };
    case 'disconnected':
      return explain(
        {
          ...(state.connection === 'join_failed' ? state : enter(state, 'disconnected', at)),
          disconnectedAt: state.disconnectedAt ?? at,
        },
        line,
      );
    case 'left':
      return state.connection === 'join_failed' ? state : enter(state, 'left', at);
    // A failed attempt to rejoin: it stays disconnected.
    case 'rejoin_retry':
    case 'first_decrypted':
    // Of a subscription, not of the connection.
    case 'media_started':
    case 'media_interrupted':
    case 'media_resumed':
    // Of what it did on purpose.
    case 'acted':
    case 'action_failed':
    // Of the run, not of a participant.
    case 'worker_started':
    case 'worker_died':
    case 'process_paused':
    case 'host_suspended':
    case 'clock_stepped':
    case 'server_died':
    case 'interrupted':
    case 'threshold_crossed':
    case 'warning':
      return state;
    default:
      // An event that only a newer version writes.
      line.event satisfies never;
      return state;
  }
};

/** The result overrides the events, which may be missing. */
const reduceResult = (state: ParticipantState, line: ParticipantLine): ParticipantState => {
  const { at, joinAtMs, joinTimeMs, outcome } = line;
  const joined = state.joinedAt !== null || joinTimeMs !== null;
  const failed = outcome !== 'left' || (state.connection === 'join_failed' && !joined);
  const connection = failed ? (joined ? 'disconnected' : 'join_failed') : 'left';
  const ended: ParticipantState = {
    ...enter(state, connection, at),
    scheduledAt: joinAtMs,
    joinedAt: state.joinedAt ?? (joinTimeMs === null ? null : joinAtMs + joinTimeMs),
    joinTimeMs,
    disconnectedAt: failed ? (state.disconnectedAt ?? at) : null,
    resumes: Math.max(state.resumes, line.resumes),
    reconnects: Math.max(state.reconnects, line.reconnects),
    rejoins: Math.max(state.rejoins, line.rejoins ?? 0),
    outcome,
    endedAt: at,
  };
  if (outcome === 'left') return ended;
  const unknown = outcome === 'worker_died' ? 'worker_died' : null;
  return { ...ended, reason: line.reason ?? unknown ?? state.reason };
};

const enter = (
  state: ParticipantState,
  connection: ConnectionState,
  at: number,
): ParticipantState =>
  state.connection === connection ? state : { ...state, connection, since: at };

const recover = (state: ParticipantState, at: number): ParticipantState => ({
  ...enter(state, 'connected', at),
  disconnectedAt: null,
});

const explain = (
  state: ParticipantState,
  { reason, message, hint }: Pick<EventLine, 'reason' | 'message' | 'hint'>,
): ParticipantState =>
  reason === undefined && message === undefined
    ? state
    : {
        ...state,
        reason: reason ?? state.reason,
        message: message ?? state.message,
        // Of this reason or of none.
        hint: hint ?? (reason === undefined || reason === state.reason ? state.hint : null),
      };
