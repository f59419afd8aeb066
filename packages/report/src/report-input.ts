import type {
  History,
  ParticipantHistories,
  Summary,
  Verdict,
  VerdictDecision,
} from '@livekit-swarm/analysis';
import type { Comparison } from '@livekit-swarm/analysis/compare';
import type { RecordLine } from '@livekit-swarm/record';
import type { ExitCode } from '@livekit-swarm/settings';

/** A run and its result: reporters are pure functions of it, so that they cannot disagree. */
export interface ReportInput {
  summary: Summary;
  decision: VerdictDecision;
  /** Where the record is; null when none was kept. */
  recordPath: string | null;
  /** Reads the record again from its first line, for what the summary does not hold (samples over time). Null when none was kept. */
  readLines: (() => AsyncIterable<RecordLine>) | null;
  /** Of the run with a baseline; its verdict is in the decision already. Absent without one. */
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
  /** What to do next. */
  hint: string | null;
}

export type Outcome = ReportInput | NoRun;

export const isRun = (outcome: Outcome): outcome is ReportInput => 'summary' in outcome;

/** Common to all outcomes. */
export const nameOf = (outcome: Outcome): string =>
  isRun(outcome) ? outcome.summary.scenario.name : outcome.scenario;
export const verdictOf = (outcome: Outcome): Verdict =>
  isRun(outcome) ? outcome.decision.verdict : outcome.verdict;
export const exitCodeOf = (outcome: Outcome): ExitCode =>
  isRun(outcome) ? outcome.decision.exitCode : outcome.exitCode;

/** Changes with what is incompatible only: fields may be added under the same name. */
export const RESULT_SCHEMA = 'livekit-swarm/result/2';

/** Several runs of one command. */
export const RESULTS_SCHEMA = 'livekit-swarm/results/2';
/** Of one side against another. */
export const COMPARISON_SCHEMA = 'livekit-swarm/comparison/1';

/** All that is on the page. */
export interface HtmlInput extends Pick<ReportInput, 'summary' | 'decision' | 'recordPath'> {
  /** Null: no record was kept that could be read again. */
  history: History | null;
  participants: ParticipantHistories | null;
}
