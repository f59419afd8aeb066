import type { Comparison, ComparisonVerdict } from '@livekit-swarm/analysis/compare';
import { EXIT_CODES, type ExitCode } from '@livekit-swarm/settings';
import type { NoRun } from '../report-input.ts';

/** All that is shown of a comparison: one base, and each of the others against it. */
export interface ComparisonInput {
  /** None when a problem kept all of them from coming about. */
  comparisons: readonly Comparison[];
  /** What was said besides: a session that was interrupted, a server that could not be started any more. */
  notes: readonly string[];
  /** Whether somebody ended it before its time. */
  interrupted: boolean;
  /** What ended a session before its time: a server that could not be started any more. */
  problem: NoRun | null;
}

/** What several comparisons come to: the gravest. */
export const verdictOfComparisons = ({ comparisons }: ComparisonInput): ComparisonVerdict => {
  const verdicts = new Set(comparisons.map(({ verdict }) => verdict));
  const gravest = (['regression', 'inconclusive', 'improvement', 'no difference'] as const).find(
    (verdict) => verdicts.has(verdict),
  );
  return gravest ?? 'inconclusive';
};

export const exitCodeOfComparisons = (input: ComparisonInput): ExitCode => {
  if (input.interrupted) return EXIT_CODES.interrupted.code;
  if (input.problem !== null) return input.problem.exitCode;
  const verdict = verdictOfComparisons(input);
  return EXIT_CODES[
    verdict === 'regression' ? 'failed' : verdict === 'inconclusive' ? 'inconclusive' : 'passed'
  ].code;
};
