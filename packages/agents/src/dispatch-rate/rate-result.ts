import { quantile } from 'simple-statistics';
import { fitOfSelection, type SelectionFit } from './selection.ts';

/** Times of one room, ms since any start; null: it did not happen. */
export interface RoomTimes {
  /** Time by which the call was late. */
  lateMs: number;
  calledAt: number;
  answeredAt: number | null;
  /** Error of the call; null: none, or no answer. */
  error: string | null;
  /** First offer to a worker. */
  offeredAt: number | null;
  assignedAt: number | null;
  /** Index of the worker. */
  worker: number | null;
}

/** Percentiles of times, ms. */
export interface TimeSpread {
  p50: number;
  p95: number;
  max: number;
}

/** Dispatches at a rate. Times are from the call of the API; null: it never happened. */
export interface RateResult {
  /** Rooms per second. */
  rate: number;
  rooms: number;
  /** Calls that the API rejected or did not answer, and the first error. */
  failedCalls: number;
  firstError: string | null;
  /** Rooms whose call was answered, and whose job had no worker in time. */
  lost: number;
  /** Rooms that were lost although their job was offered to a worker. */
  lostAfterOffer: number;
  answeredMs: TimeSpread | null;
  offeredMs: TimeSpread | null;
  assignedMs: TimeSpread | null;
  /** Workers that lost their connection meanwhile, and the reason of the first; null: none. */
  lostWorkers: number;
  lostWorkersReason: string | null;
  /** Jobs of each worker. */
  jobs: number[];
  /** Fit of these jobs to a random choice; null: too few of them, or a worker was lost. */
  selection: SelectionFit | null;
  /** Time by which 95 % of the calls were late at most: the generator's own share, ms. */
  callsLateMs: number;
}

/** @param lostWorkers reasons for which workers lost their connections */
export const resultOfRate = (
  rate: number,
  rooms: readonly RoomTimes[],
  workers: number,
  lostWorkers: readonly string[] = [],
): RateResult => {
  const jobs = Array.from(
    { length: workers },
    (_, index) => rooms.filter(({ worker }) => worker === index).length,
  );
  const failed = rooms.filter(({ error }) => error !== null);
  const lost = rooms.filter(({ assignedAt, error }) => assignedAt === null && error === null);
  return {
    rate,
    rooms: rooms.length,
    failedCalls: failed.length,
    firstError: failed[0]?.error ?? null,
    lost: lost.length,
    lostAfterOffer: lost.filter(({ offeredAt }) => offeredAt !== null).length,
    answeredMs: spreadOf(rooms, 'answeredAt'),
    offeredMs: spreadOf(rooms, 'offeredAt'),
    assignedMs: spreadOf(rooms, 'assignedAt'),
    lostWorkers: lostWorkers.length,
    lostWorkersReason: lostWorkers[0] ?? null,
    jobs,
    // A worker that was there for a part of the time has fewer jobs for another reason than chance.
    selection: lostWorkers.length === 0 ? fitOfSelection(jobs) : null,
    callsLateMs: quantileOf(
      rooms.map(({ lateMs }) => lateMs),
      0.95,
    ),
  };
};

/**
 * Largest rate up to which assignment stays under a limit; null: not even the smallest one does.
 * @param limitMs limit of the 95th percentile; a lost job or a failed call is above it
 */
export const carriedRate = (results: readonly RateResult[], limitMs: number): number | null => {
  const ascending = results.toSorted((a, b) => a.rate - b.rate);
  const above = ascending.findIndex((result) => !staysUnder(result, limitMs));
  return ascending.slice(0, above === -1 ? ascending.length : above).at(-1)?.rate ?? null;
};

export const staysUnder = (
  { assignedMs, lost, failedCalls }: RateResult,
  limitMs: number,
): boolean => lost + failedCalls === 0 && assignedMs !== null && assignedMs.p95 < limitMs;

const spreadOf = (
  rooms: readonly RoomTimes[],
  end: 'answeredAt' | 'offeredAt' | 'assignedAt',
): TimeSpread | null => {
  const times = rooms.flatMap((room) => {
    const at = room[end];
    return at === null ? [] : [at - room.calledAt];
  });
  return times.length === 0
    ? null
    : {
        p50: quantileOf(times, 0.5),
        p95: quantileOf(times, 0.95),
        max: Math.max(...times),
      };
};

const quantileOf = (values: readonly number[], share: number): number =>
  values.length === 0 ? 0 : quantile([...values], share);
