import type { EventLine, ParticipantLine, ParticipantPlan, RecordLine, Shard } from '@livekit-swarm/core';

interface Entry {
  plan: ParticipantPlan;
  shard: number;
  state: 'waiting' | 'in' | 'failed' | 'out';
  joinMs: number | null;
  resumes: number;
  reconnects: number;
  accounted: boolean;
}

/** Who is where, as the workers told: so that nobody is forgotten when a worker cannot tell any more. */
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
  /** Still to come: not due yet, or joining. */
  waiting: number;
}

/** @param shards who is hosted where */
export const createRoster = (shards: readonly Shard[]): Roster => {
  const entries = new Map<string, Entry>(
    shards.flatMap(({ shard, participants }) =>
      participants.map((plan): [string, Entry] => [plan.identity, newcomer(plan, shard)]),
    ),
  );

  const addEvent = (entry: Entry, event: EventLine): void => {
    switch (event.event) {
      case 'joined':
        entry.state = 'in';
        entry.joinMs ??= event.phases?.joined ?? null;
        break;
      case 'join_failed':
        entry.state = 'failed';
        break;
      case 'resumed':
      case 'reconnected':
        entry.state = 'in';
        entry[event.event === 'resumed' ? 'resumes' : 'reconnects']++;
        break;
      case 'disconnected':
      case 'left':
        if (entry.state !== 'failed') entry.state = 'out';
        break;
      default:
    }
  };

  return {
    add: (line) => {
      if ((line.type !== 'event' && line.type !== 'participant') || line.identity === undefined) return;
      const entry = entries.get(line.identity);
      if (entry === undefined) return;
      if (line.type === 'event') addEvent(entry, line);
      else {
        entry.accounted = true;
        entry.state = line.outcome === 'join_failed' ? 'failed' : 'out';
      }
    },
    writeOff: (shard, at, reason) => {
      const lost: ParticipantLine[] = [];
      for (const entry of entries.values()) {
        if (entry.shard !== shard || entry.accounted) continue;
        entry.accounted = true;
        entry.state = entry.state === 'waiting' ? 'failed' : 'out';
        lost.push(lostWithWorker(entry, at, reason));
      }
      return lost;
    },
    counts: () => {
      const counts: RosterCounts = { planned: entries.size, joined: 0, present: 0, failed: 0, waiting: 0 };
      for (const { state, joinMs } of entries.values()) {
        if (joinMs !== null || state === 'in') counts.joined++;
        if (state === 'in') counts.present++;
        if (state === 'failed') counts.failed++;
        if (state === 'waiting') counts.waiting++;
      }
      return counts;
    },
  };
};

const newcomer = (plan: ParticipantPlan, shard: number): Entry => ({
  plan,
  shard,
  state: 'waiting',
  joinMs: null,
  resumes: 0,
  reconnects: 0,
  accounted: false,
});

/** Its tracks died with the worker's memory: nothing is claimed about them. */
const lostWithWorker = ({ plan, shard, joinMs, resumes, reconnects }: Entry, at: number, reason: string): ParticipantLine => ({
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
  expects: plan.expects,
  tracks: [],
});
