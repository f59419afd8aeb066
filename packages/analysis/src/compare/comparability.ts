import type { RecordLine } from '@livekit-swarm/record';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { assessStrictly } from '../verdict/generator-health.ts';
import type { Exclusion, Failure } from './comparison-facts.ts';
import type { MeasuredRun } from './figures.ts';

/**
 * Reason why the figures of a run do not describe the server: the generator impaired them, or the
 * run did not complete. A crossed threshold is no reason, because the run was measured.
 * @returns null if the figures can be compared
 */
export const incomparableReason = ({ summary }: MeasuredRun): Exclusion | null => {
  const [finding] = assessStrictly(summary);
  if (finding !== undefined) return { code: 'generator_impaired', finding };
  if (summary.end === null) return { code: 'record_truncated' };
  if (summary.end.reason === 'interrupted') return { code: 'interrupted' };
  const { unaccounted, planned } = summary.joins;
  if (unaccounted > 0 && summary.end.reason === 'completed')
    return { code: 'participants_unaccounted', unaccounted, planned };
  return null;
};

/**
 * Failure of the server that ended a run early.
 * @returns null if none did
 */
export const failureOf = ({ summary }: MeasuredRun): Failure | null => {
  switch (summary.end?.reason) {
    case 'server_died':
      return { code: 'server_died' };
    case 'threshold_crossed':
      return { code: 'run_aborted', threshold: summary.abortedBy };
    case 'no_participants_left':
      return { code: 'no_participants_left' };
    default:
      return null;
  }
};

/** Returns true if the figures of a run can be compared. */
export const isComparable = (run: MeasuredRun): boolean =>
  incomparableReason(run) === null && failureOf(run) === null;

/** Run with a record that can be read again. */
export interface RecordedRun extends MeasuredRun {
  readLines(): AsyncIterable<RecordLine> | Iterable<RecordLine>;
}

/** One side of a comparison: repeated runs of the same load on the same server. */
export interface Side {
  name: string;
  /** Runs of the side, at least one. */
  runs: readonly RecordedRun[];
}

/** Server that runs first in a round. */
export type FirstSide = 'A' | 'B';

/**
 * Server that runs first in each round. Of every two rounds, each server starts one (ABBA or BAAB),
 * so that a host that slows down affects both alike; the order within the two rounds is random, so
 * that periodic events do not affect one server more.
 */
export function* roundOrder(seed: number): Generator<FirstSide, never> {
  const random = xoroshiro128plus(seed);
  for (;;) {
    const first: FirstSide = uniformInt(random, 0, 1) === 0 ? 'A' : 'B';
    yield first;
    yield first === 'A' ? 'B' : 'A';
  }
}
