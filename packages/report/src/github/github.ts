import { describeScenario } from '../describe-scenario.ts';
import { measuredText, thresholdName } from '../phrases/threshold.ts';
import { reasonTexts } from '../phrases/verdict-reason.ts';
import {
  exitCodeOf,
  isRun,
  nameOf,
  type Outcome,
  type ReportInput,
  verdictOf,
} from '../report-input.ts';
import type { Reporter } from '../reporter.ts';
import { MARKS } from '../style.ts';
import { type Annotation, atMost, workflowCommand } from './workflow-command.ts';

/**
 * Annotations that GitHub shows above a job and on its pull request. Failed runs are errors, inconclusive ones warnings, passed ones notices.
 * A crossed threshold of a run whose figures cannot be trusted is a warning, too.
 */
export const renderGitHub = (outcomes: readonly Outcome[]): string => {
  // GitHub shows the first ten of a kind: verdicts before details, so that every scenario is seen.
  const annotations = [...outcomes.map(verdictOn), ...outcomes.filter(isRun).flatMap(thresholdsOf)];
  return atMost(annotations).map(workflowCommand).join('');
};

const LEVELS = { passed: 'notice', failed: 'error', inconclusive: 'warning' } as const;

const verdictOn = (outcome: Outcome): Annotation => {
  const verdict = verdictOf(outcome);
  return {
    level: LEVELS[verdict],
    title: `${MARKS[verdict]} ${nameOf(outcome)}: ${verdict} (exit ${exitCodeOf(outcome)})`,
    text: textOf(outcome),
  };
};

const textOf = (outcome: Outcome): string => {
  if (!isRun(outcome))
    return outcome.hint === null ? outcome.message : `${outcome.message}\n${outcome.hint}`;
  const reasons = reasonTexts(outcome);
  const { thresholds } = outcome.decision;
  const scenario = describeScenario(outcome.summary.scenario);
  return reasons.length === 0
    ? `${scenario}. All ${thresholds.length} thresholds met.`
    : [`${scenario}.`, ...reasons].join('\n');
};

const thresholdsOf = (run: ReportInput): Annotation[] =>
  run.decision.thresholds
    .filter(({ ok }) => ok !== true)
    .map((result) => ({
      level: result.ok === false && run.decision.verdict === 'failed' ? 'error' : 'warning',
      title: `${result.ok === null ? MARKS.inconclusive : MARKS.failed} ${thresholdName(result)}`,
      text: `${result.ok === null ? 'Not measured' : measuredText(result)} (${nameOf(run)})`,
    }));

export const githubReporter = {
  about: 'annotations of GitHub Actions, and the summary of the step',
  fileName: 'github-annotations.txt',
  several: true,
  render: renderGitHub,
} as const satisfies Reporter;
