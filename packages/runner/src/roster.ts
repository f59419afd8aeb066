import type { RecoveryPolicy } from '@livekit-swarm/engine';
import { mayRejoinAfter } from '@livekit-swarm/livekit';
import type { EventLine, ParticipantLine, RecordLine } from '@livekit-swarm/record';
import type { ParticipantPlan, Shard } from '@livekit-swarm/scenario';

/** `away`: disconnected, and joining anew. */
type State = 'waiting' | 'in' | 'away' | 'failed' | 'out';

interface Entry {
  plan: ParticipantPlan;
  shard: number;
  state: State;
  joinMs: number | null;
  resumes: number;
  reconnects: number;
  rejoins: number;
}

/** Who is where, as the workers told: so that nobody is forgotten when a worker cannot tell any more. Whoever has a result is forgotten. */
export interface Roster {
  add(line: RecordLine): void;
  /** Results for everybody of a shard who has none, as its worker died. */
  writeOff(shard: number, at: number, reason: string): ParticipantLine[];
  counts(): RosterCounts;
}

export interface RosterCounts {
  planned: number;
  /** Got in, whatever became of them. */
  joined: number;
  /** In at this moment. */
  present: number;
  failed: number;
  /** Still to come: not due yet, or joining, also anew. */
  waiting: number;
}

/**
 * @param shards who is hosted where
 * @param recovery what they do when they were disconnected
 */
export const createRoster = (
  shards: readonly Shard[],
  recovery: RecoveryPolicy = 'sdk',
): Roster => {
  const entries = new Map<string, Entry>(
    shards.flatMap(({ shard, participants }) =>
      participants.map((plan): [string, Entry] => [plan.identity, newcomer(plan, shard)]),
    ),
  );
  const planned = entries.size;
  const inState: Record<State, number> = { waiting: planned, in: 0, away: 0, failed: 0, out: 0 };
  let joined = 0;

  const move = (entry: Entry, state: State): void => {
    inState[entry.state]--;
    inState[state]++;
    entry.state = state;
  };
  const arrive = (entry: Entry, joinMs: number): void => {
    if (entry.joinMs === null) joined++;
    entry.joinMs ??= joinMs;
  };

  const addEvent = (entry: Entry, event: EventLine): void => {
    switch (event.event) {
      case 'joined':
        move(entry, 'in');
        arrive(entry, event.phases?.joined ?? 0);
        break;
      case 'join_failed':
        move(entry, 'failed');
        break;
      case 'resumed':
      case 'reconnected':
      case 'rejoined':
        move(entry, 'in');
        entry[COUNTERS[event.event]]++;
        break;
      case 'disconnected':
        if (entry.state === 'failed') break;
        move(entry, recovery === 'app' && mayRejoinAfter(event.reason ?? '') ? 'away' : 'out');
        break;
      case 'left':
        if (entry.state !== 'failed') move(entry, 'out');
        break;
      default:
    }
  };

  const addResult = (entry: Entry, { outcome, joinMs }: ParticipantLine): void => {
    if (joinMs !== null) arrive(entry, joinMs);
    move(entry, outcome === 'join_failed' || entry.state === 'failed' ? 'failed' : 'out');
    entries.delete(entry.plan.identity);
  };

  return {
    add: (line) => {
      if ((line.type !== 'event' && line.type !== 'participant') || line.identity === undefined)
        return;
      const entry = entries.get(line.identity);
      if (entry === undefined) return;
      if (line.type === 'event') addEvent(entry, line);
      else addResult(entry, line);
    },
    writeOff: (shard, at, reason) => {
      const lost = [...entries.values()].filter((entry) => entry.shard === shard);
      for (const entry of lost) {
        if (entry.state === 'waiting') move(entry, 'failed');
        entries.delete(entry.plan.identity);
        if (entry.state === 'in' || entry.state === 'away') move(entry, 'out');
      }
      return lost.map((entry) => lostWithWorker(entry, at, reason));
    },
    counts: () => ({
      planned,
      joined,
      present: inState.in,
      failed: inState.failed,
      waiting: inState.waiting + inState.away,
    }),
  };
};

const COUNTERS = { resumed: 'resumes', reconnected: 'reconnects', rejoined: 'rejoins' } as const;

const newcomer = (plan: ParticipantPlan, shard: number): Entry => ({
  plan,
  shard,
  state: 'waiting',
  joinMs: null,
  resumes: 0,
  reconnects: 0,
  rejoins: 0,
});

/** Its tracks died with the worker's memory: nothing is claimed about them. */
const lostWithWorker = (
  { plan, shard, joinMs, resumes, reconnects, rejoins }: Entry,
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
  outcome: 'lost_with_worker',
  reason,
  joinMs,
  resumes,
  reconnects,
  ...(rejoins > 0 && { rejoins }),
  expects: plan.expects,
  tracks: [],
});
