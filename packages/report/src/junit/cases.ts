import type { ThresholdResult } from '@livekit-swarm/analysis';
import type { Comparison } from '@livekit-swarm/analysis/compare';
import { concludingSentence, markOfComparison } from '../comparison/words.ts';
import { measuredOf, measuredSentence, thresholdName, uniqueNames } from '../figures.ts';
import { finite } from '../finite.ts';
import {
  exitCodeOf,
  isRun,
  type NoRun,
  type Outcome,
  type ReportInput,
  verdictOf,
} from '../report-input.ts';
import { MARKS } from '../style.ts';
import { renderText } from '../text.ts';
import type { Bad, TestCase } from './document.ts';

/** The verdict comes first: a server that died fails a run although every threshold held. */
export const casesOf = (outcome: Outcome): TestCase[] =>
  isRun(outcome) ? casesOfRun(outcome) : [caseOfNoRun(outcome)];

const casesOfRun = (run: ReportInput): TestCase[] => {
  const { thresholds } = run.judgement;
  const names = uniqueNames(thresholds.map(thresholdName));
  return [
    verdictCase(run),
    ...thresholds.map((result, index) => ({
      name: names[index] ?? '',
      seconds: 0,
      bad: badOf(result),
      said: result.ok === true ? `${MARKS.passed} ${measuredSentence(result)}\n` : '',
    })),
    ...(run.comparison === undefined ? [] : [baselineCase(run.comparison)]),
  ];
};

/** One case for the comparison as a whole: which figures it is about changes from run to run. */
const baselineCase = (comparison: Comparison): TestCase => {
  const { verdict, reasons } = comparison;
  const sentence = concludingSentence(comparison);
  const bad = {
    message: `${markOfComparison(verdict)} ${verdict}: ${sentence}`,
    text: reasons.join('\n'),
  };
  return {
    name: 'baseline',
    seconds: 0,
    bad:
      verdict === 'regression'
        ? { kind: 'failure', type: 'regression', ...bad }
        : verdict === 'inconclusive'
          ? { kind: 'error', type: 'inconclusive', ...bad }
          : null,
    said: `${markOfComparison(verdict)} ${sentence}\n`,
  };
};

const VERDICT = 'verdict';

const verdictCase = (run: ReportInput): TestCase => {
  const { reasons } = run.judgement;
  return {
    name: VERDICT,
    seconds: Math.max(0, run.summary.end?.at ?? 0) / 1_000,
    bad: badVerdict(run, reasons),
    said: renderText(run),
  };
};

const badVerdict = (outcome: Outcome, reasons: readonly string[]): Bad | null => {
  const verdict = verdictOf(outcome);
  if (verdict === 'passed' && exitCodeOf(outcome) === 0) return null;
  return {
    kind: verdict === 'failed' ? 'failure' : 'error',
    type: verdict === 'passed' ? 'interrupted' : verdict,
    message: `${MARKS[verdict]} ${verdict} (exit ${exitCodeOf(outcome)})${reasons[0] === undefined ? '' : `: ${reasons[0]}`}`,
    text: reasons.join('\n'),
  };
};

const badOf = (result: ThresholdResult): Bad | null => {
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
        type: 'not measured',
        message: `${MARKS.inconclusive} nothing was measured`,
        text: facts.join('\n'),
      }
    : {
        kind: 'failure',
        type: 'threshold',
        message: `${MARKS.failed} ${measuredSentence(result)}`,
        text: facts.join('\n'),
      };
};

const caseOfNoRun = (noRun: NoRun): TestCase => {
  const { message, hint } = noRun;
  return {
    name: VERDICT,
    seconds: 0,
    bad: badVerdict(noRun, hint === null ? [message] : [message, hint]),
    said: '',
  };
};
