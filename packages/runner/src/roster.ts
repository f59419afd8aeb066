import {
  initialParticipantState,
  isConnected,
  leftBeforeJoining,
  type ParticipantState,
  reduceParticipant,
} from '@livekit-swarm/analysis';
import type { ReconnectPolicyName } from '@livekit-swarm/engine';
import { mayRejoinAfter } from '@livekit-swarm/livekit';
import type { ParticipantLine, RecordLine } from '@livekit-swarm/record';
import type { ParticipantPlan, Shard } from '@livekit-swarm/scenario';

interface Entry {
  plan: ParticipantPlan;
  shard: number;
  state: ParticipantState;
}

/**
 * Participants of a run by state, an observer of `reduceParticipant`. It creates results for
 * participants whose worker died, and drops participants that have a result.
 */
export interface Roster {
  add(line: RecordLine): void;
  /** Results for all participants of a shard without one, because its worker died. */
  recordLostParticipants(shard: number, at: number, reason: string): ParticipantLine[];
  counts(): RosterCounts;
}

export interface RosterCounts {
  planned: number;
  /** Participants that joined, whatever happened to them afterwards. */
  joined: number;
  /** Participants that are connected now. */
  connected: number;
  failed: number;
  /** Participants that have not joined yet, or are disconnected and will rejoin. */
  waiting: number;
}

/**
 * Creates the roster of a run.
 * @param shards shards with their participants
 * @param reconnectPolicy behaviour of participants after a disconnection
 * @param endAtMs end of the plan, ms: a participant that leaves as scheduled before that, and
 * before it has joined, has not failed
 */
export const createRoster = (
  shards: readonly Shard[],
  reconnectPolicy: ReconnectPolicyName = 'sdk',
  endAtMs: number = Number.POSITIVE_INFINITY,
): Roster => {
  const entries = new Map<string, Entry>(
    shards.flatMap(({ shard, participants }) =>
      participants.map((plan): [string, Entry] => [
        plan.identity,
        { plan, shard, state: initialParticipantState(plan.joinAtMs) },
      ]),
    ),
  );
  const counts: RosterCounts = {
    planned: entries.size,
    joined: 0,
    connected: 0,
    failed: 0,
    waiting: entries.size,
  };

  const willRejoin = ({ connection, outcome, reason }: ParticipantState): boolean =>
    connection === 'disconnected' &&
    outcome === null &&
    reconnectPolicy === 'app' &&
    mayRejoinAfter(reason ?? '');

  const count = (state: ParticipantState, change: 1 | -1): void => {
    if (state.joinedAt !== null) counts.joined += change;
    if (isConnected(state)) counts.connected += change;
    if (state.connection === 'join_failed') counts.failed += change;
    if (state.connection === 'joining' || willRejoin(state)) counts.waiting += change;
  };

  const move = (entry: Entry, state: ParticipantState): void => {
    count(entry.state, -1);
    entry.state = state;
    count(entry.state, 1);
    if (state.outcome !== null) entries.delete(entry.plan.identity);
  };

  return {
    add: (line) => {
      if (line.type !== 'event' && line.type !== 'participant') return;
      const entry = entries.get(line.identity ?? '');
      if (entry === undefined) return;
      move(entry, reduceParticipant(entry.state, line));
      if (line.type === 'participant' && leftBeforeJoining(line, endAtMs)) counts.failed--;
    },
    recordLostParticipants: (shard, at, reason) =>
      [...entries.values()]
        .filter((entry) => entry.shard === shard)
        .map((entry) => {
          const line = lostParticipant(entry, at, reason);
          move(entry, reduceParticipant(entry.state, line));
          return line;
        }),
    counts: () => ({ ...counts }),
  };
};

/**
 * Result of a participant that was lost with its worker, without tracks, because they were only in
 * the memory of the worker.
 */
const lostParticipant = (
  { plan, shard, state: { joinTimeMs, resumes, reconnects, rejoins } }: Entry,
  at: number,
  reason: string,
): ParticipantLine => ({
  type: 'participant',
  at,
  shard,
  identity: plan.identity,
  group: plan.group,
  room: plan.room,
  role: plan.role,
  joinAtMs: plan.joinAtMs,
  leaveAtMs: plan.leaveAtMs,
  outcome: 'process_died',
  reason,
  joinTimeMs,
  resumes,
  reconnects,
  ...(rejoins > 0 && { rejoins }),
  expectedTracks: plan.expectedTracks,
  tracks: [],
});
