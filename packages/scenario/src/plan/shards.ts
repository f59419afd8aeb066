import { usageError } from '@livekit-swarm/settings';
import { distinctLabels, hasLabels, type Labels, labelText } from '../host-labels.ts';
import type { ParticipantPlan, Plan } from '../plan.ts';
import {
  createRoomTimelineBuilder,
  phasesOf,
  type RoomInterval,
  type RoomTimelineBuilder,
} from './room-history.ts';

/** Part of a plan that one worker carries out; serialisable. */
export interface Shard {
  /** Number of the shard, from 0. */
  shard: number;
  /** Participants in the order of their scheduled joins. */
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

/**
 * Ratio of a room's load to a worker's fair share up to which the room stays whole: splitting costs
 * more.
 */
const TOLERANCE = 1.25;

/**
 * Ratio above which two loads count as equal: consecutive joins are then spread over the workers.
 */
const EQUAL = 0.999;

/** Labels for a number of workers on a host without labels. */
export const workersAnywhere = (count: number): Labels[] =>
  Array.from({ length: count }, () => ({}));

/**
 * Split a plan into a shard per worker, with about the same expected packets at any time: rooms
 * that follow each other weigh on a worker once. Rooms stay whole (a worker that dies then takes
 * few rooms with it) unless a room alone exceeds a shard's fair share. Shards may be empty if there
 * are fewer participants than shards. Participants whose role selects hosts are in shards of such
 * hosts only. Deterministic.
 * @param workers labels of each worker's host
 * @throws RangeError without workers; SwarmError `usage` if none is on a host that a role selects
 */
export const splitPlan = (plan: Plan, workers: readonly Labels[]): Shard[] => {
  if (workers.length === 0) throw new RangeError('a plan is split into 1 or more shards, not 0');
  assertHosts(plan, workers);
  const timeline = createTimeline(plan.endAtMs);
  const timelines = createRoomTimelineBuilder();
  const loads = workers.map((labels) => ({
    labels,
    participants: [] as ParticipantPlan[],
    level: timeline.empty(),
  }));
  const rooms = [...Map.groupBy(plan.participants, ({ room }) => room).values()].flatMap(
    (participants) => partsOf(participants, expectedPackets(participants, timelines)),
  );
  const everybody = timeline.empty();
  for (const { whole } of rooms) timeline.add(everybody, whole);
  // Fewest possible workers first: participants without a selector fill up the rest.
  const bySelector = [...Map.groupBy(rooms, ({ selector }) => labelText(selector)).values()]
    .map((parts) => {
      const selector = parts[0]?.selector ?? {};
      return { parts, allowed: loads.filter(({ labels }) => hasLabels(labels, selector)) };
    })
    .sort((a, b) => a.allowed.length - b.allowed.length);
  for (const { parts, allowed } of bySelector) {
    const together = allowed.length === loads.length ? everybody : timeline.empty();
    if (together !== everybody) for (const { whole } of parts) timeline.add(together, whole);
    const fairShare = Math.max(...together) / allowed.length;
    const roomGroups = parts.flatMap(({ whole, weights }) => {
      if (allowed.length === 1 || whole.weight <= fairShare * TOLERANCE) return [whole];
      return whole.participants.map((one, index) => roomGroupOf([one], [weights[index] ?? 0]));
    });
    // Largest first: the classic greedy bound of 4/3 for balancing (Graham 1969).
    for (const roomGroup of roomGroups.sort(
      (a, b) => sizeOf(b) - sizeOf(a) || firstIndex(a) - firstIndex(b),
    )) {
      const [lightest] = allowed.reduce<[(typeof loads)[number] | null, number]>(
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
  }
  return loads.map(({ participants }, shard) => ({
    shard,
    participants: participants.sort((a, b) => a.index - b.index),
  }));
};

/** Labels of hosts that roles select. */
export const hostSelectorsOf = ({ participants }: Pick<Plan, 'participants'>): Labels[] =>
  distinctLabels(participants.flatMap(({ hostSelector }) => (hostSelector ? [hostSelector] : [])));

/**
 * Check that the run has hosts for all roles.
 * @param hosts labels of the hosts that a run may use
 * @throws SwarmError `usage` if a role selects none of them
 */
export const assertHosts = (
  { participants }: Pick<Plan, 'participants'>,
  hosts: readonly Labels[],
): void => {
  for (const selector of hostSelectorsOf({ participants })) {
    if (hosts.some((labels) => hasLabels(labels, selector))) continue;
    const role = participants.find(({ hostSelector }) => hostSelector === selector)?.role;
    throw usageError(
      `the role ${role} selects hosts with ${labelText(selector)} (hostSelector), and the run has none`,
      'add --queue redis://HOST:6379, with "swarm host --label …" on such hosts; or remove hostSelector',
    );
  }
};

/** Participants of a room that can share a worker, by the hosts that their roles select. */
const partsOf = (
  room: ParticipantPlan[],
  weights: readonly number[],
): { selector: Labels; whole: RoomGroup; weights: number[] }[] =>
  [...Map.groupBy(room.keys(), (index) => labelText(room[index]?.hostSelector ?? {})).values()].map(
    (indices) => {
      const participants = indices.flatMap((index) => room[index] ?? []);
      const ofPart = indices.map((index) => weights[index] ?? 0);
      return {
        selector: participants[0]?.hostSelector ?? {},
        whole: roomGroupOf(participants, ofPart),
        weights: ofPart,
      };
    },
  );

/** @param weights mean cost of each participant over its session, packets per second */
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

/**
 * Number of steps into which the run is divided: enough to distinguish lessons, and few enough for
 * 100,000 rooms.
 */
const STEPS = 32;

interface Timeline {
  empty(): Float64Array;
  add(level: Float64Array, roomGroup: RoomGroup): void;
  /** Highest level while the group is connected. */
  most(level: Float64Array, roomGroup: RoomGroup): number;
}

const createTimeline = (endAtMs: number): Timeline => {
  /** First and last step of a group. A participant that leaves when a step begins is not in it. */
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

/**
 * Keep-alives and consent checks of a participant that neither sends nor receives, packets per
 * second.
 */
const IDLE_PACKETS = 2;

/**
 * Expected packets per second that each participant of a room sends and receives, as a mean over
 * its session. For balancing shards only.
 * @param members participants in any order, which the result has, too
 */
export const expectedPackets = (
  members: readonly ParticipantPlan[],
  timelines: RoomTimelineBuilder,
): number[] => {
  const intervals = timelines.of(members);
  const phases = members.map(phasesOf);
  const sums = new Map(
    [...new Set(phases.flat().map(({ profile }) => profile))].map((profile) => [
      profile,
      sumOver(intervals, profile),
    ]),
  );
  return members.map(({ joinAtMs, leaveAtMs }, index) => {
    const packets = (phases[index] ?? []).reduce((total, { profile, fromMs, toMs }) => {
      const sum = sums.get(profile);
      return total + (sum?.get(toMs) ?? 0) - (sum?.get(fromMs) ?? 0);
    }, 0);
    return IDLE_PACKETS + packets / (leaveAtMs - joinAtMs);
  });
};

/** Cumulative cost of one participant of a profile at each time, packets per second × ms. */
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
