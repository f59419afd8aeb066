import type { Verdict } from '@livekit-swarm/analysis';
import { EXIT_CODES, type ExitCode } from '@livekit-swarm/settings';
import { exitCodeOf, type Outcome, verdictOf } from './report-input.ts';

/** The graver before the lighter: what ended everything, what kept runs from coming about, then what is known to be bad, then what is not known. */
const GRAVEST_FIRST: readonly ExitCode[] = [
  EXIT_CODES.interrupted.code,
  EXIT_CODES.internalError.code,
  EXIT_CODES.usage.code,
  EXIT_CODES.unreachable.code,
  EXIT_CODES.failed.code,
  EXIT_CODES.inconclusive.code,
];

/** What several runs come to: the gravest of their exit codes. */
export const exitCodeOfAll = (outcomes: readonly Outcome[]): ExitCode =>
  gravestOf(outcomes.map(exitCodeOf));

/** 0 when there are none. */
export const gravestOf = (codes: readonly ExitCode[]): ExitCode =>
  GRAVEST_FIRST.find((code) => codes.includes(code)) ?? EXIT_CODES.passed.code;

/** One that failed makes all fail; one that nobody can judge leaves all open. */
export const verdictOfAll = (outcomes: readonly Outcome[]): Verdict => {
  const verdicts = new Set(outcomes.map(verdictOf));
  return verdicts.has('failed')
    ? 'failed'
    : verdicts.has('inconclusive')
      ? 'inconclusive'
      : 'passed';
};
