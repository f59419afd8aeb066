import {
  type EvaluatedRun,
  type History,
  isRun,
  type NoRun,
  type Outcome,
  type ParticipantHistories,
  type Verdict,
} from '@livekit-swarm/analysis';
import type { ExitCode } from '@livekit-swarm/settings';

export { type EvaluatedRun as ReportInput, isRun, type NoRun, type Outcome };

/** Name of the scenario of an outcome. */
export const nameOf = (outcome: Outcome): string =>
  isRun(outcome) ? outcome.summary.scenario.name : outcome.scenario;
export const verdictOf = (outcome: Outcome): Verdict =>
  isRun(outcome) ? outcome.decision.verdict : outcome.verdict;
export const exitCodeOf = (outcome: Outcome): ExitCode =>
  isRun(outcome) ? outcome.decision.exitCode : outcome.exitCode;

/** Schema of one run. Its version changes only with incompatible fields; fields may be added. */
export const RESULT_SCHEMA = 'livekit-swarm/result/2';

/** Schema of several runs of one command. */
export const RESULTS_SCHEMA = 'livekit-swarm/results/2';
/** Schema of a comparison of one side with another. */
export const COMPARISON_SCHEMA = 'livekit-swarm/comparison/1';

/** All that is on the page. */
export interface HtmlInput extends Pick<EvaluatedRun, 'summary' | 'decision' | 'recordPath'> {
  /** Null: no record was kept that could be read again. */
  history: History | null;
  participants: ParticipantHistories | null;
}
