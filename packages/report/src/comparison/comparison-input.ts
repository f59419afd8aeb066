import type {
  Comparison,
  ComparisonVerdict,
  Detection,
  Side,
} from '@livekit-swarm/analysis/compare';
import { EXIT_CODES, type ExitCode } from '@livekit-swarm/settings';
import type { NoRun } from '../run/report-input.ts';

/** Note about the session of `swarm ab` that made the runs. */
export type SessionNote =
  | { code: 'no_rounds' }
  | { code: 'rounds_missing'; missing: number }
  | ({ code: 'detection' } & Detection)
  | { code: 'records'; folder: string };

/** All that is shown of a comparison: one base, and each of the others against it. */
export interface ComparisonInput {
  /** Comparisons; none when a problem prevented all of them. */
  comparisons: readonly Comparison[];
  /** Sides of the comparisons with their records, the base first; none: the page has no charts. */
  sides: readonly Side[];
  notes: readonly SessionNote[];
  /** True when the user interrupted the session. */
  interrupted: boolean;
  /** Error that ended a session early, such as a server that failed to start; null: none. */
  problem: NoRun | null;
}

/** The most severe verdict of several comparisons. */
export const verdictOfComparisons = ({ comparisons }: ComparisonInput): ComparisonVerdict => {
  const verdicts = new Set(comparisons.map(({ verdict }) => verdict));
  const order = ['regression', 'inconclusive', 'improvement', 'no_difference'] as const;
  return order.find((verdict) => verdicts.has(verdict)) ?? 'inconclusive';
};

export const exitCodeOfComparisons = (input: ComparisonInput): ExitCode => {
  if (input.interrupted) return EXIT_CODES.interrupted.code;
  if (input.problem !== null) return input.problem.exitCode;
  const verdict = verdictOfComparisons(input);
  return EXIT_CODES[
    verdict === 'regression' ? 'failed' : verdict === 'inconclusive' ? 'inconclusive' : 'passed'
  ].code;
};
