import type { EventLine, ParticipantLine } from '@livekit-swarm/record';

/**
 * State of a participant's connection.
 *
 * - joining: scheduled or joining; nothing else is known yet
 * - connected: joined, resumed, reconnected or rejoined
 * - reconnecting: the connection is lost, and the client resumes or reconnects
 * - disconnected: the client gave up, the server ended the session, or its worker died; with the
 *   reconnect policy `app` it may still rejoin
 * - left: left as scheduled
 * - join_failed: gave up joining
 */
export type ConnectionState =
  | 'joining'
  | 'connected'
  | 'reconnecting'
  | 'disconnected'
  | 'left'
  | 'join_failed';

/**
 * State of one participant, from its lines in the record. Times are in ms after the start of the
 * run.
 */
export interface ParticipantState {
  connection: ConnectionState;
  /** Time of entering the state `connection`. */
  since: number;
  /** Scheduled time of the join. */
  scheduledAt: number | null;
  /** Time of the first join, and its duration since the scheduled join, ms. */
  joinedAt: number | null;
  joinTimeMs: number | null;
  /** Time from the scheduled join until the first media of a remote participant, ms. */
  firstMediaMs: number | null;
  /** Time of the disconnection; null: not disconnected. */
  disconnectedAt: number | null;
  resumes: number;
  reconnects: number;
  rejoins: number;
  /** Reason of the last failure: its code, its text, and a hint for the user. */
  reason: string | null;
  message: string | null;
  hint: string | null;
  /** Outcome in the result of the participant; null: no result yet. */
  outcome: ParticipantLine['outcome'] | null;
  endedAt: number | null;
}

/**
 * State of a participant without lines.
 * @param scheduledAt scheduled time of the join, where it is known beforehand
 */
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

/** Returns true if a participant is in its room, even if it is reconnecting. */
export const isConnected = ({ connection }: ParticipantState): boolean =>
  connection === 'connected' || connection === 'reconnecting';

/**
 * Applies a line of the record to the state of its participant. Only this function gives lines that
 * meaning: rosters, summaries, timelines and gauges observe the difference between two states.
 * @param line line of this participant; if it changes nothing, the same state is returned
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
      // Lines of the same moment may be written in any order: a join does not undo a disconnection.
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
    // An attempt to rejoin failed: the participant remains disconnected.
    case 'rejoin_retry':
    case 'first_decrypted':
    // The next events describe a subscription, not the connection.
    case 'media_started':
    case 'media_interrupted':
    case 'media_resumed':
    case 'media_duplicated':
    // The next events describe a conversation with a voice agent.
    case 'agent_dispatched':
    case 'agent_joined':
    case 'agent_published':
    case 'agent_ready':
    case 'agent_lost':
    case 'agent_transferred':
    case 'ingress_created':
    case 'ingress_left':
    case 'mark_received':
    case 'agent_transfer_lost':
    case 'agent_added':
    case 'agent_left':
    case 'agent_job':
    case 'agent_answered':
    case 'agent_stopped':
    case 'turn':
    // The next events describe actions of the participant.
    case 'acted':
    case 'action_failed':
    // The next events describe the run, not a participant.
    case 'process_started':
    case 'process_died':
    case 'process_paused':
    case 'host_suspended':
    case 'clock_stepped':
    case 'server_died':
    case 'interrupted':
    case 'threshold_crossed':
    case 'warning':
      return state;
    default:
      // Only a newer version writes such an event.
      line.event satisfies never;
      return state;
  }
};

/** Applies the result, which overrides the events, because events may be missing. */
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
  const unknown = outcome === 'process_died' ? 'process_died' : null;
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
        // The hint must belong to the reason; another reason has none.
        hint: hint ?? (reason === undefined || reason === state.reason ? state.hint : null),
      };
