import { describeScenario } from '../describe-scenario.ts';
import { cut } from '../markdown/elements.ts';
import { measuredText, restrictionOf, thresholdName } from '../phrases/limits.ts';
import { reasonTexts } from '../phrases/verdict-reason.ts';
import type { Reporter } from '../reporter.ts';
import { MARKS } from '../text-layout.ts';
import {
  exitCodeOf,
  isRun,
  nameOf,
  type Outcome,
  type ReportInput,
  verdictOf,
} from './report-input.ts';

/**
 * Annotations that GitHub shows above a job and on its pull request. Failed runs are errors,
 * inconclusive ones warnings, passed ones notices. A crossed threshold of a run whose figures
 * cannot be trusted is a warning, too.
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
      text: `${result.doubt !== null ? restrictionOf(result) : result.ok === null ? 'Not measured' : measuredText(result)} (${nameOf(run)})`,
    }));

export const githubReporter = {
  about: 'annotations of GitHub Actions, and the summary of the step',
  fileName: 'github-annotations.txt',
  several: true,
  render: renderGitHub,
} as const satisfies Reporter<readonly Outcome[]>;

/** Message that GitHub shows beside the log of a step. */
export interface Annotation {
  level: 'error' | 'warning' | 'notice';
  title: string;
  text: string;
}

/** GitHub shows this many annotations per level and step; it drops the rest silently. */
const MOST_OF_A_LEVEL = 10;
/** Longer ones are cut by GitHub. */
const LONGEST_TITLE = 250;
const LONGEST_TEXT = 4_000;

/**
 * `::error title=…::…`, one line. In properties and text `%` and line ends are escaped; in
 * properties `:` and `,`, too.
 */
export const workflowCommand = ({ level, title, text }: Annotation): string =>
  `::${level} title=${escapeProperty(cut(title, LONGEST_TITLE))}::${escapeData(cut(text, LONGEST_TEXT))}\n`;

/**
 * Keep as many annotations as GitHub shows; the last one counts and lists those that are left out.
 */
export const atMost = (annotations: readonly Annotation[]): Annotation[] =>
  (['error', 'warning', 'notice'] as const).flatMap((level) => {
    const mine = annotations.filter((one) => one.level === level);
    if (mine.length <= MOST_OF_A_LEVEL) return mine;
    const shown = mine.slice(0, MOST_OF_A_LEVEL - 1);
    const rest = mine.slice(MOST_OF_A_LEVEL - 1);
    return [
      ...shown,
      {
        level,
        title: `… and ${rest.length} more`,
        text: rest.map(({ title, text }) => `${title}: ${text}`).join('\n'),
      },
    ];
  });

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const CONTROL = /[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f]/g;

const escapeData = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(CONTROL, ' ')
    .replaceAll('%', '%25')
    .replaceAll('\r', '%0D')
    .replaceAll('\n', '%0A');

const escapeProperty = (text: string): string =>
  escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
