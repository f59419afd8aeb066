/** Share of calls that a drain of some length ends, from the lengths of the calls. */
import type { Plan, Scenario } from '@livekit-swarm/scenario';

/** One length of the drain. */
interface DrainRow {
  drainMs: number;
  /** Share of the calls in progress that last longer than the drain, 0 to 1. */
  cut: number;
}

/** Calls of one length. A drain that ends none of them is as long as they are. */
interface LengthRow {
  lengthMs: number;
  /** Share of the calls in progress that the drain of this roll ends, 0 to 1. */
  cut: number;
}

export interface DrainForecast {
  /**
   * Planned length of a call, ms: median and longest. Null: no call has a length of its own; all
   * last until the end of the roll.
   */
  lengths: { medianMs: number; maxMs: number } | null;
  rows: DrainRow[];
  byLength: LengthRow[];
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** Lengths of the drain for which the share is given, ms. */
const DRAINS = [
  10 * SECOND,
  30 * SECOND,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  15 * MINUTE,
  60 * MINUTE,
  180 * MINUTE,
];

/** Lengths of calls for which the share is given, ms. */
const LENGTHS = [5 * MINUTE, 15 * MINUTE, 30 * MINUTE, 60 * MINUTE, 180 * MINUTE];

/**
 * Forecast for a drain that begins at a random time. A call that is in progress then is longer than
 * the average one, because long calls are more often met, and is met at a random point of its
 * length: of a call of length L, the rest exceeds D with the probability (L − D) / L. Weighted by
 * the lengths, the share is Σ max(0, L − D) / Σ L (renewal theory: the residual life).
 */
export const forecastDrain = (lengthsMs: readonly number[], drainMs: number): DrainForecast => {
  const sorted = lengthsMs.filter((length) => length > 0).sort((a, b) => a - b);
  const maxMs = sorted.at(-1);
  const medianMs = sorted[Math.floor((sorted.length - 1) / 2)];
  const byLength = LENGTHS.map((lengthMs) => ({
    lengthMs,
    cut: Math.max(0, lengthMs - drainMs) / lengthMs,
  }));
  if (maxMs === undefined || medianMs === undefined) return { lengths: null, rows: [], byLength };
  const total = sorted.reduce((sum, length) => sum + length, 0);
  const cutBy = (drain: number): number =>
    sorted.reduce((sum, length) => sum + Math.max(0, length - drain), 0) / total;
  const all = [...new Set([...DRAINS, drainMs])].sort((a, b) => a - b);
  // Longer drains than the first that ends no call tell nothing more.
  const enough = all.findIndex((drain) => drain >= maxMs);
  const shown = all.filter((drain, index) => enough < 0 || index <= enough || drain === drainMs);
  return {
    lengths: { medianMs, maxMs },
    rows: shown.map((drain) => ({ drainMs: drain, cut: cutBy(drain) })),
    byLength,
  };
};

/** Executors whose rooms are open all the time: their duration is that of the load. */
const WITHOUT_LENGTH: ReadonlySet<string> = new Set([
  'constant-rooms',
  'per-room-churn',
  'ramping-participants',
]);

/** Plan of a load, with its groups. */
export type PlanOfCalls = Pick<Plan, 'participants'> & { scenario: Pick<Scenario, 'groups'> };

/**
 * Lengths of the calls of a plan that have one of their own, ms: from the first join of a room to
 * the last leave.
 */
export const callLengths = ({ participants, scenario: { groups } }: PlanOfCalls): number[] => {
  const withLength = new Set(
    groups.flatMap(({ name, executor }) => (WITHOUT_LENGTH.has(executor.type) ? [] : [name])),
  );
  const ofCalls = participants.filter(({ group }) => group !== null && withLength.has(group));
  return [...Map.groupBy(ofCalls, ({ room }) => room).values()].map(
    (members) =>
      Math.max(...members.map(({ leaveAtMs }) => leaveAtMs)) -
      Math.min(...members.map(({ joinAtMs }) => joinAtMs)),
  );
};
