import type { ParticipantPlan, Plan } from '../plan.ts';
import { wireBits } from './media-rates.ts';
import { createHistorian, type Stretch } from './room-history.ts';
import type { Load } from './room-load.ts';

/** How much is going on at one moment, as planned. Rates a second; bits as they are on the wire, headers included. */
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

/** What a plan makes, over time: media and data as they flow once a room has settled; RTCP and retransmissions come on top. */
export interface PlanLoad {
  /** The most there is of each between two times, ms after the start; each at its own moment. */
  most(fromMs: number, toMs: number): Level;
  /** The first moment of the plan's largest crowd, ms after the start. */
  readonly fullestAtMs: number;
  /** Joins in the second with the most of them. */
  readonly joinsPerSecond: number;
}

/** Reckons what a plan makes. O(n log n). */
export const planLoad = ({ participants }: Pick<Plan, 'participants'>): PlanLoad => {
  const historian = createHistorian();
  const rooms = Map.groupBy(participants, ({ room }) => room);
  const changes: { atMs: number; by: number[] }[] = [];
  for (const members of rooms.values()) addChanges(changes, historian.of(members));
  changes.sort((a, b) => a.atMs - b.atMs);
  const { times, levels } = addUp(changes);
  return {
    most: (fromMs, toMs) => mostOf(times, levels, fromMs, toMs),
    fullestAtMs: fullestAt(times, levels),
    joinsPerSecond: mostJoins(participants),
  };
};

/** What changes at the beginning of each stretch, and at the end of the last. */
const addChanges = (
  changes: { atMs: number; by: number[] }[],
  stretches: readonly Stretch[],
): void => {
  const empty = FIELDS.map(() => 0);
  let before = empty;
  let endMs = Number.NEGATIVE_INFINITY;
  const change = (atMs: number, now: number[]): void => {
    changes.push({ atMs, by: now.map((value, field) => value - (before[field] ?? 0)) });
    before = now;
  };
  for (const { fromMs, toMs, load } of stretches) {
    // A room that stood empty was left before anybody came back.
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

/** The level from each moment on, all fields one after the other. */
const addUp = (
  changes: readonly { atMs: number; by: number[] }[],
): { times: Float64Array; levels: Float64Array } => {
  const times: number[] = [];
  const levels: number[] = [];
  const now = FIELDS.map(() => 0);
  for (const [index, { atMs, by }] of changes.entries()) {
    for (const [field, change] of by.entries()) now[field] = (now[field] ?? 0) + change;
    // What changes at the same moment is one change: a room that closes as another opens is no peak.
    if (changes[index + 1]?.atMs === atMs) continue;
    times.push(atMs);
    // Sums of fractions end a hair beside zero.
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
  const [
    rooms = 0,
    participants = 0,
    tracksUp = 0,
    tracksDown = 0,
    packetsUp = 0,
    packetsDown = 0,
    bitsUp = 0,
    bitsDown = 0,
  ] = most;
  return { rooms, participants, tracksUp, tracksDown, packetsUp, packetsDown, bitsUp, bitsDown };
};

/** Index of the last moment at or before this one; −1 when all are after it. */
const lastUntil = (times: Float64Array, atMs: number): number => {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? 0) <= atMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
};

const fullestAt = (times: Float64Array, levels: Float64Array): number => {
  let best = 0;
  const participantsAt = (moment: number): number => levels[moment * FIELDS.length + 1] ?? 0;
  for (let moment = 1; moment < times.length; moment++)
    if (participantsAt(moment) > participantsAt(best)) best = moment;
  return times[best] ?? 0;
};

/** @param participants in the order they are due */
const mostJoins = (participants: readonly ParticipantPlan[]): number => {
  let first = 0;
  let most = 0;
  for (const [last, { joinAtMs }] of participants.entries()) {
    // A hair less, as times are sums of fractions.
    while (joinAtMs - (participants[first]?.joinAtMs ?? 0) >= 1_000 - 1e-6) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
};

/**
 * How many are in at the same time at most, when whoever leaves counts for a while longer.
 * @param lingerMs how much longer
 */
export const mostPresent = (participants: readonly ParticipantPlan[], lingerMs: number): number => {
  const leaves = Float64Array.from(participants, ({ leaveAtMs }) => leaveAtMs + lingerMs).sort();
  let gone = 0;
  let most = 0;
  for (const [joined, { joinAtMs }] of participants.entries()) {
    while ((leaves[gone] ?? Number.POSITIVE_INFINITY) <= joinAtMs) gone++;
    most = Math.max(most, joined + 1 - gone);
  }
  return most;
};
