import { EXIT_CODES, type ExitCode } from '@livekit-swarm/core';
import type { Comparison, ComparisonVerdict } from '@livekit-swarm/core/compare';

/** All that is shown of a comparison: one base, and each of the others against it. */
export interface ComparisonInput {
  /** At least one. */
  comparisons: readonly Comparison[];
  /** What was said besides: a session that was interrupted, a server that could not be started any more. */
  notes: readonly string[];
  /** Whether somebody ended it before its time. */
  interrupted: boolean;
}

/** What several comparisons come to: the gravest. */
export const verdictOfComparisons = ({ comparisons }: ComparisonInput): ComparisonVerdict => {
  const verdicts = new Set(comparisons.map(({ verdict }) => verdict));
  const gravest = (['regression', 'inconclusive', 'improvement'] as const).find((verdict) => verdicts.has(verdict));
  return gravest ?? 'no difference';
};

export const exitCodeOfComparisons = (input: ComparisonInput): ExitCode => {
  if (input.interrupted) return EXIT_CODES.interrupted.code;
  const verdict = verdictOfComparisons(input);
  return EXIT_CODES[verdict === 'regression' ? 'failed' : verdict === 'inconclusive' ? 'inconclusive' : 'passed'].code;
};
