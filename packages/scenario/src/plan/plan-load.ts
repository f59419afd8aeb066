import type { ParticipantPlan, Plan } from '../plan.ts';
import { wireBits } from './media-rates.ts';
import { partitionPoint } from './partition-point.ts';
import { createRoomTimelineBuilder, type RoomInterval } from './room-history.ts';
import type { Load } from './room-load.ts';

/** Planned load at one time. Rates per second; bits on the wire, headers included. */
export interface Level {
  rooms: number;
  participants: number;
  tracksUp: number;
  tracksDown: number;
  packetsUp: number;
  packetsDown: number;
  bitsUp: number;
  bitsDown: number;
}

const FIELDS = [
  'rooms',
  'participants',
  'tracksUp',
  'tracksDown',
  'packetsUp',
  'packetsDown',
  'bitsUp',
  'bitsDown',
] as const satisfies (keyof Level)[];

/**
 * Load of a plan over time: media and data of rooms that have settled, without RTCP and
 * retransmissions.
 */
export interface PlanLoad {
  /**
   * Maximum of each field between two times, ms after the start of the run; the maxima may be at
   * different times.
   */
  most(fromMs: number, toMs: number): Level;
  /** Mean of each field over the time between two times, ms after the start of the run. */
  mean(fromMs: number, toMs: number): Level;
  /** First time at which most participants are connected, ms after the start of the run. */
  readonly fullestAtMs: number;
  /** Joins in the second with the most of them. */
  readonly joinsPerSecond: number;
}

/** Compute the load of a plan, in O(n log n). */
export const planLoad = ({ participants }: Pick<Plan, 'participants'>): PlanLoad => {
  const timelines = createRoomTimelineBuilder();
  const rooms = Map.groupBy(participants, ({ room }) => room);
  const changes: { atMs: number; by: number[] }[] = [];
  for (const members of rooms.values()) addChanges(changes, timelines.of(members));
  changes.sort((a, b) => a.atMs - b.atMs);
  const { times, levels } = addUp(changes);
  return {
    most: (fromMs, toMs) => mostOf(times, levels, fromMs, toMs),
    mean: (fromMs, toMs) => meanOf(times, levels, fromMs, toMs),
    fullestAtMs: fullestAt(times, levels),
    joinsPerSecond: mostJoins(participants),
  };
};

/** Add the changes at the beginning of each interval, and at the end of the last one. */
const addChanges = (
  changes: { atMs: number; by: number[] }[],
  intervals: readonly RoomInterval[],
): void => {
  const empty = FIELDS.map(() => 0);
  let before = empty;
  let endMs = Number.NEGATIVE_INFINITY;
  const change = (atMs: number, now: number[]): void => {
    changes.push({ atMs, by: now.map((value, field) => value - (before[field] ?? 0)) });
    before = now;
  };
  for (const { fromMs, toMs, load } of intervals) {
    // The room was empty between the intervals.
    if (fromMs > endMs && before !== empty) change(endMs, empty);
    change(fromMs, figuresOf(load));
    endMs = toMs;
  }
  if (before !== empty) change(endMs, empty);
};

const figuresOf = (load: Load): number[] => {
  const { participants, tracksUp, tracksDown, up, down } = load;
  return [
    participants > 0 ? 1 : 0,
    participants,
    tracksUp,
    tracksDown,
    up.packets,
    down.packets,
    wireBits(up),
    wireBits(down),
  ];
};

/** Levels from each time on, with all fields one after the other. */
const addUp = (
  changes: readonly { atMs: number; by: number[] }[],
): { times: Float64Array; levels: Float64Array } => {
  const times: number[] = [];
  const levels: number[] = [];
  const now = FIELDS.map(() => 0);
  for (const [index, { atMs, by }] of changes.entries()) {
    for (const [field, change] of by.entries()) now[field] = (now[field] ?? 0) + change;
    // Changes at the same time are one change: a room that closes when another opens makes no peak.
    if (changes[index + 1]?.atMs === atMs) continue;
    times.push(atMs);
    // Sums of fractions may end slightly off zero.
    levels.push(...now.map((value) => Math.max(0, Math.round(value * 1e6) / 1e6)));
  }
  return { times: Float64Array.from(times), levels: Float64Array.from(levels) };
};

const mostOf = (times: Float64Array, levels: Float64Array, fromMs: number, toMs: number): Level => {
  const most = FIELDS.map(() => 0);
  const began = (moment: number): boolean => {
    const at = times[moment] ?? Number.POSITIVE_INFINITY;
    return at <= fromMs || at < toMs;
  };
  for (let moment = Math.max(0, lastUntil(times, fromMs)); began(moment); moment++) {
    for (let field = 0; field < FIELDS.length; field++) {
      most[field] = Math.max(most[field] ?? 0, levels[moment * FIELDS.length + field] ?? 0);
    }
  }
  return levelOf(most);
};

const levelOf = (figures: readonly number[]): Level =>
  Object.fromEntries(FIELDS.map((field, index) => [field, figures[index] ?? 0])) as Record<
    keyof Level,
    number
  >;

const meanOf = (times: Float64Array, levels: Float64Array, fromMs: number, toMs: number): Level => {
  const sums = FIELDS.map(() => 0);
  if (!(toMs > fromMs)) return levelOf(sums);
  for (let moment = Math.max(0, lastUntil(times, fromMs)); moment < times.length; moment++) {
    const begin = Math.max(fromMs, times[moment] ?? 0);
    if (begin >= toMs) break;
    const lastsMs = Math.min(toMs, times[moment + 1] ?? toMs) - begin;
    for (let field = 0; field < FIELDS.length; field++)
      sums[field] = (sums[field] ?? 0) + lastsMs * (levels[moment * FIELDS.length + field] ?? 0);
  }
  return levelOf(sums.map((sum) => sum / (toMs - fromMs)));
};

/** Index of the last time at or before this one; −1 if all are after it. */
const lastUntil = (times: Float64Array, atMs: number): number =>
  partitionPoint(times.length, (index) => (times[index] ?? 0) <= atMs) - 1;

const fullestAt = (times: Float64Array, levels: Float64Array): number => {
  let best = 0;
  const participantsAt = (moment: number): number => levels[moment * FIELDS.length + 1] ?? 0;
  for (let moment = 1; moment < times.length; moment++)
    if (participantsAt(moment) > participantsAt(best)) best = moment;
  return times[best] ?? 0;
};

/**
 * Joins in the second with the most of them.
 * @param participants in the order of their scheduled joins
 */
const mostJoins = (participants: readonly ParticipantPlan[]): number => {
  let first = 0;
  let most = 0;
  for (const [last, { joinAtMs }] of participants.entries()) {
    // Slightly less than a second, because times are sums of fractions.
    while (joinAtMs - (participants[first]?.joinAtMs ?? 0) >= 1_000 - 1e-6) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
};

/**
 * Largest number of participants at the same time.
 * @param lingerMs time for which each counts after its leave, ms
 */
export const maxParticipants = (
  participants: readonly ParticipantPlan[],
  lingerMs: number,
): number => {
  const leaves = Float64Array.from(participants, ({ leaveAtMs }) => leaveAtMs + lingerMs).sort();
  let gone = 0;
  let most = 0;
  for (const [joined, { joinAtMs }] of participants.entries()) {
    while ((leaves[gone] ?? Number.POSITIVE_INFINITY) <= joinAtMs) gone++;
    most = Math.max(most, joined + 1 - gone);
  }
  return most;
};
