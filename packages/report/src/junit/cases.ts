import type { ThresholdResult } from '@livekit-swarm/analysis';
import type { Comparison } from '@livekit-swarm/analysis/compare';
import { finite } from '../finite.ts';
import {
  describeConclusion,
  furtherReasons,
  markOfComparison,
  VERDICT_TEXTS,
} from '../phrases/comparison.ts';
import { measuredOf, measuredText, thresholdName } from '../phrases/threshold.ts';
import { reasonTexts } from '../phrases/verdict-reason.ts';
import {
  exitCodeOf,
  isRun,
  type NoRun,
  type Outcome,
  type ReportInput,
  verdictOf,
} from '../report-input.ts';
import { MARKS } from '../style.ts';
import { renderText } from '../text/text.ts';
import type { FailedCase, TestCase } from './document.ts';

/** The verdict comes first: a server that died fails a run although every threshold was met. */
export const casesOf = (outcome: Outcome): TestCase[] =>
  isRun(outcome) ? casesOfRun(outcome) : [caseOfNoRun(outcome)];

const casesOfRun = (run: ReportInput): TestCase[] => {
  const { thresholds } = run.decision;
  const names = uniqueNames(thresholds.map(thresholdName));
  return [
    verdictCase(run),
    ...thresholds.map((result, index) => ({
      name: names[index] ?? '',
      seconds: 0,
      failed: failedThreshold(result),
      output: result.ok === true ? `${MARKS.passed} ${measuredText(result)}\n` : '',
    })),
    ...(run.comparison === undefined ? [] : [baselineCase(run.comparison)]),
  ];
};

/** One case for the comparison as a whole: which figures it is about changes from run to run. */
const baselineCase = (comparison: Comparison): TestCase => {
  const { verdict } = comparison;
  const conclusion = describeConclusion(comparison);
  const failed = {
    message: `${markOfComparison(verdict)} ${VERDICT_TEXTS[verdict]}: ${conclusion}`,
    text: [conclusion, ...furtherReasons(comparison)].join('\n'),
  };
  return {
    name: 'baseline',
    seconds: 0,
    failed:
      verdict === 'regression'
        ? { kind: 'failure', type: 'regression', ...failed }
        : verdict === 'inconclusive'
          ? { kind: 'error', type: 'inconclusive', ...failed }
          : null,
    output: `${markOfComparison(verdict)} ${conclusion}\n`,
  };
};

const VERDICT = 'verdict';

const verdictCase = (run: ReportInput): TestCase => ({
  name: VERDICT,
  seconds: Math.max(0, run.summary.end?.at ?? 0) / 1_000,
  failed: failedVerdict(run, reasonTexts(run)),
  output: renderText(run),
});

const failedVerdict = (outcome: Outcome, reasons: readonly string[]): FailedCase | null => {
  const verdict = verdictOf(outcome);
  if (verdict === 'passed' && exitCodeOf(outcome) === 0) return null;
  return {
    kind: verdict === 'failed' ? 'failure' : 'error',
    type: verdict === 'passed' ? 'interrupted' : verdict,
    message: `${MARKS[verdict]} ${verdict} (exit ${exitCodeOf(outcome)})${reasons[0] === undefined ? '' : `: ${reasons[0]}`}`,
    text: reasons.join('\n'),
  };
};

const failedThreshold = (result: ThresholdResult): FailedCase | null => {
  const { ok, value, threshold } = result;
  if (ok === true) return null;
  const facts = [
    `${thresholdName(result)}`,
    value === null ? 'value: not measured' : `value: ${finite(value)} (${measuredOf(result)})`,
    `limit: ${threshold.operator} ${threshold.limit}`,
    `source: ${result.source}`,
  ];
  return ok === null
    ? {
        kind: 'error',
        type: 'not_measured',
        message: `${MARKS.inconclusive} not measured`,
        text: facts.join('\n'),
      }
    : {
        kind: 'failure',
        type: 'threshold',
        message: `${MARKS.failed} ${measuredText(result)}`,
        text: facts.join('\n'),
      };
};

const caseOfNoRun = (noRun: NoRun): TestCase => {
  const { message, hint } = noRun;
  return {
    name: VERDICT,
    seconds: 0,
    failed: failedVerdict(noRun, hint === null ? [message] : [message, hint]),
    output: '',
  };
};

/** The second of the same name gets a number: CI systems show only the first of two. */
const uniqueNames = (names: readonly string[]): string[] => {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : `${name} (${times})`;
  });
};
