import type { Verdict } from '@livekit-swarm/analysis';
import { EXIT_CODES, type ExitCode } from '@livekit-swarm/settings';
import { exitCodeOf, type Outcome, verdictOf } from './report-input.ts';

/**
 * Exit codes by severity: those that end the command, those that prevent runs, then failures, then
 * inconclusive runs.
 */
const MOST_SEVERE_FIRST: readonly ExitCode[] = [
  EXIT_CODES.interrupted.code,
  EXIT_CODES.internalError.code,
  EXIT_CODES.usage.code,
  EXIT_CODES.unreachable.code,
  EXIT_CODES.failed.code,
  EXIT_CODES.inconclusive.code,
];

/** The most severe exit code of several runs. */
export const overallExitCode = (outcomes: readonly Outcome[]): ExitCode =>
  mostSevere(outcomes.map(exitCodeOf));

/** The most severe of several exit codes; 0 without any. */
export const mostSevere = (codes: readonly ExitCode[]): ExitCode =>
  MOST_SEVERE_FIRST.find((code) => codes.includes(code)) ?? EXIT_CODES.passed.code;

/** One failed run fails all; one inconclusive run makes all inconclusive. */
export const overallVerdict = (outcomes: readonly Outcome[]): Verdict => {
  const verdicts = new Set(outcomes.map(verdictOf));
  return verdicts.has('failed')
    ? 'failed'
    : verdicts.has('inconclusive')
      ? 'inconclusive'
      : 'passed';
};
