import type { RecordLine } from '@livekit-swarm/record';
import { EXIT_CODES, type ExitCode, type SwarmError } from '@livekit-swarm/settings';
import type { Comparison } from './compare/comparison.ts';
import type { Summary } from './summary/summary.ts';
import type { Verdict, VerdictDecision } from './verdict/verdict.ts';

/** A run and its result: reporters are pure functions of it, so that they cannot disagree. */
export interface EvaluatedRun {
  summary: Summary;
  decision: VerdictDecision;
  /** File of the record; null when none was kept. */
  recordPath: string | null;
  /** Reads the record again from its first line, for what the summary does not hold (samples over time). Null when none was kept. */
  readLines: (() => AsyncIterable<RecordLine>) | null;
  /** Comparison of the run with a baseline; its verdict is in the decision already. Absent without one. */
  comparison?: Comparison;
}

/** A run that did not start: the deployment was unreachable, a server could not be started, … */
export interface NoRun {
  scenario: string;
  verdict: Verdict;
  exitCode: ExitCode;
  /** A stable code. */
  reason: string;
  message: string;
  /** The next step of the user. */
  hint: string | null;
}

export type Outcome = EvaluatedRun | NoRun;

export const isRun = (outcome: Outcome): outcome is EvaluatedRun => 'summary' in outcome;

/**
 * The outcome of a run that did not take place. Not for usage errors.
 * A deployment that is unreachable or rejected the first participant failed; every other error is inconclusive.
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
