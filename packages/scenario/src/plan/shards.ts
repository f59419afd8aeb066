import type { ParticipantPlan, Plan } from '../plan.ts';
import {
  createRoomTimelineBuilder,
  profileOf,
  type RoomInterval,
  type RoomTimelineBuilder,
} from './room-history.ts';

/** The part of a plan that one worker carries out. Serialisable. */
export interface Shard {
  /** From 0. */
  shard: number;
  /** In the order of their scheduled joins. */
  participants: ParticipantPlan[];
}

/** Participants that belong in one shard, and their cost while they are connected. */
interface RoomGroup {
  participants: ParticipantPlan[];
  /** Expected packets per second, from `fromMs` to `toMs`. */
  weight: number;
  fromMs: number;
  toMs: number;
}

/** A room this much over a worker's fair share is cheaper than one torn apart. */
const TOLERANCE = 1.25;

/** Workers whose loads differ by less take turns: then consecutive joins are spread over them. */
const EQUAL = 0.999;

/**
 * Splits a plan into `count` shards of about the same expected packets at any time: rooms that follow each other weigh on a worker once. Rooms stay whole (a
 * worker that dies then takes few rooms with it) unless a room alone is more than a shard's fair share. Shards may be empty when there are fewer
 * participants than shards. Deterministic.
 * @throws RangeError when `count` is not a whole number above 0
 */
export const splitPlan = (plan: Plan, count: number): Shard[] => {
  if (!Number.isInteger(count) || count < 1)
    throw new RangeError(`a plan is split into 1 or more shards, not ${count}`);
  const timeline = createTimeline(plan.endAtMs);
  const timelines = createRoomTimelineBuilder();
  const rooms = [...Map.groupBy(plan.participants, ({ room }) => room).values()].map(
    (participants) => {
      const weights = expectedPackets(participants, timelines);
      return { whole: roomGroupOf(participants, weights), weights };
    },
  );
  const everybody = timeline.empty();
  for (const { whole } of rooms) timeline.add(everybody, whole);
  const fairShare = Math.max(...everybody) / count;
  const roomGroups = rooms.flatMap(({ whole, weights }) => {
    if (count === 1 || whole.weight <= fairShare * TOLERANCE) return [whole];
    return whole.participants.map((one, index) => roomGroupOf([one], [weights[index] ?? 0]));
  });
  const loads = Array.from({ length: count }, () => ({
    participants: [] as ParticipantPlan[],
    level: timeline.empty(),
  }));
  // Largest first: the classic greedy bound of 4/3 for balancing (Graham 1969).
  for (const roomGroup of roomGroups.sort(
    (a, b) => sizeOf(b) - sizeOf(a) || firstIndex(a) - firstIndex(b),
  )) {
    const [lightest] = loads.reduce<[(typeof loads)[number] | null, number]>(
      ([best, least], load) => {
        const most = timeline.most(load.level, roomGroup);
        return most < least * EQUAL ? [load, most] : [best, least];
      },
      [null, Number.POSITIVE_INFINITY],
    );
    if (lightest === null) continue;
    for (const one of roomGroup.participants) lightest.participants.push(one);
    timeline.add(lightest.level, roomGroup);
  }
  return loads.map(({ participants }, shard) => ({
    shard,
    participants: participants.sort((a, b) => a.index - b.index),
  }));
};

/** @param weights of each of them, packets per second over their session */
const roomGroupOf = (participants: ParticipantPlan[], weights: readonly number[]): RoomGroup => {
  let [fromMs, toMs, packets] = [Number.POSITIVE_INFINITY, 0, 0];
  for (const [index, { joinAtMs, leaveAtMs }] of participants.entries()) {
    fromMs = Math.min(fromMs, joinAtMs);
    toMs = Math.max(toMs, leaveAtMs);
    packets += (weights[index] ?? 0) * (leaveAtMs - joinAtMs);
  }
  return { participants, weight: packets / (toMs - fromMs), fromMs, toMs };
};

const sizeOf = ({ weight, fromMs, toMs }: RoomGroup): number => weight * (toMs - fromMs);

const firstIndex = (roomGroup: RoomGroup): number => roomGroup.participants[0]?.index ?? 0;

/** The run is divided into this many steps: enough to distinguish lessons, few enough for 100,000 rooms. */
const STEPS = 32;

interface Timeline {
  empty(): Float64Array;
  add(level: Float64Array, roomGroup: RoomGroup): void;
  /** The highest level while the roomGroup is there. */
  most(level: Float64Array, roomGroup: RoomGroup): number;
}

const createTimeline = (endAtMs: number): Timeline => {
  /** Who leaves when a step begins is not there in it. */
  const stepsOf = ({ fromMs, toMs }: RoomGroup): [first: number, last: number] => {
    const first = Math.min(STEPS - 1, Math.floor((fromMs / endAtMs) * STEPS));
    return [first, Math.max(first, Math.ceil((toMs / endAtMs) * STEPS) - 1)];
  };
  return {
    empty: () => new Float64Array(STEPS),
    add: (level, roomGroup) => {
      const [first, last] = stepsOf(roomGroup);
      for (let step = first; step <= last; step++)
        level[step] = (level[step] ?? 0) + roomGroup.weight;
    },
    most: (level, roomGroup) => {
      const [first, last] = stepsOf(roomGroup);
      let most = 0;
      for (let step = first; step <= last; step++) most = Math.max(most, level[step] ?? 0);
      return most;
    },
  };
};

/** A participant that neither sends nor receives still costs keep-alives and consent checks, packets per second. */
const IDLE_PACKETS = 2;

/**
 * The packets per second that each participant of a room is expected to send and receive, as a mean over its session. For the balance of shards only.
 * @param members in any order; the result has the same
 */
export const expectedPackets = (
  members: readonly ParticipantPlan[],
  timelines: RoomTimelineBuilder,
): number[] => {
  const intervals = timelines.of(members);
  const sums = new Map(
    [...new Set(members.map(profileOf))].map((profile) => [profile, sumOver(intervals, profile)]),
  );
  return members.map((member) => {
    const { joinAtMs, leaveAtMs } = member;
    const sum = sums.get(profileOf(member));
    const packets = sum === undefined ? 0 : (sum.get(leaveAtMs) ?? 0) - (sum.get(joinAtMs) ?? 0);
    return IDLE_PACKETS + packets / (leaveAtMs - joinAtMs);
  });
};

/** The cumulative cost of one participant of a profile at each moment, packets per second × ms. */
const sumOver = (intervals: readonly RoomInterval[], profile: string): Map<number, number> => {
  let sum = 0;
  const sums = new Map<number, number>();
  for (const { fromMs, toMs, members } of intervals) {
    sums.set(fromMs, sum);
    const load = members.get(profile);
    if (load !== undefined) sum += (load.up.packets + load.down.packets) * (toMs - fromMs);
    sums.set(toMs, sum);
  }
  return sums;
};
