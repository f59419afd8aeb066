import type { RecordLine } from '@livekit-swarm/record';
import { EXIT_CODES, type ExitCode, type SwarmError } from '@livekit-swarm/settings';
import type { Comparison } from './compare/comparison.ts';
import type { Summary } from './summary/summary.ts';
import type { Verdict, VerdictDecision } from './verdict/verdict.ts';

/** Run and its result. Reporters are pure functions of it, so that they cannot disagree. */
export interface EvaluatedRun {
  summary: Summary;
  decision: VerdictDecision;
  /** Path of the record; null: none was kept. */
  recordPath: string | null;
  /**
   * Reads the record again from its first line, for samples over time, which the summary does not
   * hold; null: none was kept.
   */
  readLines: (() => AsyncIterable<RecordLine>) | null;
  /**
   * Comparison of the run with a baseline, whose verdict is already part of the decision; absent
   * without a baseline.
   */
  comparison?: Comparison;
}

/**
 * Run that did not start, for instance because the deployment was unreachable or a server could not
 * be started.
 */
export interface NoRun {
  scenario: string;
  verdict: Verdict;
  exitCode: ExitCode;
  /** Stable code of the reason. */
  reason: string;
  message: string;
  /** Next step for the user. */
  hint: string | null;
}

export type Outcome = EvaluatedRun | NoRun;

export const isRun = (outcome: Outcome): outcome is EvaluatedRun => 'summary' in outcome;

/**
 * Outcome of a run that did not start, for any error except one of usage. If the deployment is
 * unreachable or rejected the first participant, the run failed; every other error makes it
 * inconclusive.
 */
export const noRunOf = (
  { exitCode, code, message, hint }: SwarmError,
  scenario: string,
): NoRun => ({
  scenario,
  verdict: exitCode === EXIT_CODES.unreachable.code ? 'failed' : 'inconclusive',
  exitCode,
  reason: code,
  message,
  hint,
});
