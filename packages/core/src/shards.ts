import { expectedPackets, largestVideo } from './expected-packets.ts';
import type { ParticipantPlan, Plan } from './plan.ts';

/** The part of a plan that one worker carries out. Serialisable. */
export interface Shard {
  /** From 0. */
  shard: number;
  /** In the order they are due. */
  participants: ParticipantPlan[];
}

interface Group {
  participants: ParticipantPlan[];
  weight: number;
}

/**
 * Splits a plan into `count` shards of about the same expected packets. Rooms stay whole (a worker that dies then takes few rooms with it) unless a room
 * alone is more than a shard's fair share. Shards may be empty when there are fewer participants than shards. Deterministic.
 * @throws RangeError when `count` is not a whole number above 0
 */
export const splitPlan = (plan: Plan, count: number): Shard[] => {
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`a plan is split into 1 or more shards, not ${count}`);
  const weigh = (participant: ParticipantPlan): number => expectedPackets(participant, largestVideo(plan));
  const total = plan.participants.reduce((sum, participant) => sum + weigh(participant), 0);
  const fairShare = total / count;
  const loads = Array.from({ length: count }, (): Group => ({ participants: [], weight: 0 }));
  const groups = [...byRoom(plan.participants).values()]
    .map((participants): Group => ({ participants, weight: participants.reduce((sum, one) => sum + weigh(one), 0) }))
    // A little over the fair share is cheaper than a room torn apart.
    .flatMap((group) => (group.weight > fairShare * 1.25 && count > 1 ? singles(group, weigh) : [group]))
    // Longest first: the classic greedy bound of 4/3 for balancing (Graham 1969).
    .sort((a, b) => b.weight - a.weight || firstIndex(a) - firstIndex(b));
  for (const group of groups) {
    const lightest = loads.reduce((best, load) => (load.weight < best.weight ? load : best));
    lightest.participants.push(...group.participants);
    lightest.weight += group.weight;
  }
  return loads.map((load, shard) => ({ shard, participants: load.participants.sort((a, b) => a.index - b.index) }));
};

const byRoom = (participants: ParticipantPlan[]): Map<string, ParticipantPlan[]> =>
  Map.groupBy(participants, (participant) => participant.room);

const singles = (group: Group, weigh: (participant: ParticipantPlan) => number): Group[] =>
  group.participants.map((participant) => ({ participants: [participant], weight: weigh(participant) }));

const firstIndex = (group: Group): number => group.participants[0]?.index ?? 0;
