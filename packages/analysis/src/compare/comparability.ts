import type { RecordLine } from '@livekit-swarm/record';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { assessStrictly } from '../verdict/generator-health.ts';
import type { Exclusion, Failure } from './comparison-facts.ts';
import type { MeasuredRun } from './figures.ts';

/**
 * Why the figures of a run say nothing about the server: the generator impaired them, or the run did not complete. Null when they can be compared. A
 * crossed threshold is no reason: the run was measured.
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

/** Null for a run that was not ended early by a failure of the server. */
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

/** Whether its figures can be compared. */
export const isComparable = (run: MeasuredRun): boolean =>
  incomparableReason(run) === null && failureOf(run) === null;

/** A run of which the record can be read again. */
export interface RecordedRun extends MeasuredRun {
  readLines(): AsyncIterable<RecordLine> | Iterable<RecordLine>;
}

/** What is compared as one: repeats of the same thing. */
export interface Side {
  name: string;
  /** At least one. */
  runs: readonly RecordedRun[];
}

/** Which server runs first in a round. */
export type FirstSide = 'A' | 'B';

/**
 * Which server runs first in each round: of every two rounds one each (ABBA or BAAB), so that a host that slows down affects both alike; the order
 * within two rounds is random, so that periodic events do not affect one of them more.
 */
export function* roundOrder(seed: number): Generator<FirstSide, never> {
  const random = xoroshiro128plus(seed);
  for (;;) {
    const first: FirstSide = uniformInt(random, 0, 1) === 0 ? 'A' : 'B';
    yield first;
    yield first === 'A' ? 'B' : 'A';
  }
}
