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
 * The participants of a run by state, an observer of `reduceParticipant`. It writes results for
 * those whose worker died; a participant that has a result is forgotten.
 */
export interface Roster {
  add(line: RecordLine): void;
  /** Results for all participants of a shard without one, as its worker died. */
  recordLostParticipants(shard: number, at: number, reason: string): ParticipantLine[];
  counts(): RosterCounts;
}

export interface RosterCounts {
  planned: number;
  /** Joined, whatever happened to them afterwards. */
  joined: number;
  /** Connected at this moment. */
  connected: number;
  failed: number;
  /** Not joined yet, or disconnected and about to rejoin. */
  waiting: number;
}

/**
 * @param shards which worker hosts which participants
 * @param reconnectPolicy what participants do after a disconnection
 * @param endAtMs when the plan ends: a participant that leaves as scheduled before that, and before it has joined, has not failed
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

/** Its tracks were lost with the memory of the worker: none are listed. */
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
  outcome: 'worker_died',
  reason,
  joinTimeMs,
  resumes,
  reconnects,
  ...(rejoins > 0 && { rejoins }),
  expectedTracks: plan.expectedTracks,
  tracks: [],
});
