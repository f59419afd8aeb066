import type { Comparison, FigureComparison } from '@livekit-swarm/analysis/compare';
import { finite } from '../format.ts';
import {
  type FailedCase,
  junitDocument,
  type TestCase,
  type TestSuite,
} from '../junit/document.ts';
import {
  describeConclusion,
  describeSides,
  formatChange,
  formatInterval,
  formatMargin,
  formatValue,
  furtherReasons,
  markOfComparison,
  notComparableText,
  remarksOf,
  VERDICT_TEXTS,
} from '../phrases/comparison.ts';
import type { NoRun } from '../run/report-input.ts';
import { MARKS } from '../text-layout.ts';
import { type ComparisonInput, exitCodeOfComparisons } from './comparison-input.ts';

/**
 * JUnit XML: a suite for each comparison, a test case for each figure and one for the verdict. A
 * figure that is worse is a failure; one that cannot be compared is skipped; an inconclusive
 * comparison is an error, so that no CI system takes it for passed.
 */
export const renderComparisonJunit = (input: ComparisonInput): string =>
  junitDocument([
    ...input.comparisons.map((comparison) => suiteOf(comparison, input)),
    ...(input.problem === null ? [] : [problemSuite(input.problem)]),
  ]);

/** A session that ended early has not passed, whatever its rounds measured. */
const problemSuite = ({ scenario, reason, message, hint }: NoRun): TestSuite => ({
  name: `${scenario}: session`,
  startedAt: null,
  properties: [],
  cases: [
    {
      name: 'session',
      seconds: 0,
      failed: { kind: 'error', type: reason, message, text: hint ?? message },
      output: '',
    },
  ],
});

const suiteOf = (comparison: Comparison, input: ComparisonInput): TestSuite => {
  const { figures, base, current, design, scenario } = comparison;
  return {
    name: `${scenario}: ${current.name} against ${base.name}`,
    startedAt: null,
    properties: [
      ['verdict', comparison.verdict],
      ['exit_code', String(exitCodeOfComparisons(input))],
      ['design', design],
      ['base', base.runs.map((run) => run.name).join(' ')],
      ['current', current.runs.map((run) => run.name).join(' ')],
      ...figures.flatMap(propertiesOf),
    ],
    cases: [verdictCase(comparison, input), ...figures.map(figureCase)],
  };
};

const verdictCase = (comparison: Comparison, { interrupted }: ComparisonInput): TestCase => {
  const { verdict } = comparison;
  const conclusion = describeConclusion(comparison);
  const message = `${markOfComparison(verdict)} ${VERDICT_TEXTS[verdict]}: ${conclusion}`;
  const kind: FailedCase['kind'] | null =
    verdict === 'regression'
      ? 'failure'
      : verdict === 'inconclusive' || interrupted
        ? 'error'
        : null;
  const text = [
    describeSides(comparison),
    conclusion,
    ...furtherReasons(comparison),
    ...remarksOf(comparison),
  ].join('\n');
  return {
    name: 'verdict',
    seconds: 0,
    failed: kind === null ? null : { kind, type: verdict, message, text },
    output: kind === null ? message : '',
  };
};

const figureCase = (figure: FigureComparison): TestCase => {
  const { key, verdict, base, current } = figure;
  const values = `${formatValue(figure, base?.median ?? null)} → ${formatValue(figure, current?.median ?? null)}`;
  const text = `${formatChange(figure)} (${formatInterval(figure)}), ${values}; tolerance ${formatMargin(figure)}`;
  const passed = {
    name: key,
    seconds: 0,
    failed: null,
    output: `${VERDICT_TEXTS[verdict]}: ${text}`,
  };
  switch (verdict) {
    case 'better':
    case 'no_difference':
      return passed;
    case 'worse':
      return {
        ...passed,
        failed: { kind: 'failure', type: 'regression', message: `${MARKS.failed} ${text}`, text },
        output: '',
      };
    case 'not_comparable':
      return {
        ...passed,
        failed: { kind: 'skipped', type: verdict, message: notComparableText(figure), text: '' },
        output: '',
      };
  }
};

const propertiesOf = ({ key, base, current, change }: FigureComparison): [string, string][] =>
  (
    [
      [`base.${key}`, base?.median],
      [`current.${key}`, current?.median],
      [`change.${key}`, change?.relative],
    ] as const
  ).flatMap(([name, value]) => {
    const number = finite(value);
    return number === null ? [] : [[name, String(number)]];
  });
