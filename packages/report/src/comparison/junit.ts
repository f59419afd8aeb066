import type { Comparison, FigureComparison } from '@livekit-swarm/analysis/compare';
import { finite } from '../finite.ts';
import { type XmlElement, xmlDocument } from '../junit/xml.ts';
import type { NoRun } from '../report-input.ts';
import { MARKS } from '../style.ts';
import { type ComparisonInput, exitCodeOfComparisons } from './comparison-input.ts';
import {
  concludingSentence,
  describeSides,
  formatChange,
  formatInterval,
  formatMargin,
  formatValue,
  markOfComparison,
} from './words.ts';

/**
 * JUnit XML: a suite for each comparison, a test case for each figure and one for the verdict. A figure that is worse is a failure; one that cannot be
 * compared is skipped; a comparison that is inconclusive is an error, so that no CI system takes it for passed.
 */
export const renderComparisonJunit = (input: ComparisonInput): string => {
  const suites = input.comparisons.map((comparison) => suiteOf(comparison, input));
  if (input.problem !== null) suites.push(problemSuite(input.problem));
  const sum = (field: '@tests' | '@failures' | '@errors'): number =>
    suites.reduce((total, suite) => total + Number(suite[field] ?? 0), 0);
  return xmlDocument('testsuites', {
    '@name': 'livekit-swarm',
    '@tests': sum('@tests'),
    '@failures': sum('@failures'),
    '@errors': sum('@errors'),
    testsuite: suites,
  });
};

/** A session that ended early is no success, whatever its rounds say. */
const problemSuite = ({ scenario, reason, message, hint }: NoRun): XmlElement => ({
  '@name': `${scenario}: session`,
  '@tests': 1,
  '@failures': 0,
  '@errors': 1,
  testcase: [
    {
      '@name': 'session',
      '@classname': scenario,
      error: { '@message': message, '@type': reason, '#text': hint ?? message },
    },
  ],
});

const suiteOf = (comparison: Comparison, input: ComparisonInput): XmlElement => {
  const { figures, base, current, design, scenario } = comparison;
  const name = `${scenario}: ${current.name} against ${base.name}`;
  const bad = badVerdict(comparison, input);
  const worse = figures.filter(({ verdict }) => verdict === 'worse').length;
  return {
    '@name': name,
    '@tests': figures.length + 1,
    '@failures': worse + (bad === 'failure' ? 1 : 0),
    '@errors': bad === 'error' ? 1 : 0,
    '@skipped': figures.filter(({ verdict }) => verdict === 'not comparable').length,
    properties: {
      property: [
        ['verdict', comparison.verdict],
        ['exit_code', String(exitCodeOfComparisons(input))],
        ['design', design],
        ['base', base.runs.map((run) => run.name).join(' ')],
        ['current', current.runs.map((run) => run.name).join(' ')],
        ...figures.flatMap(propertiesOf),
      ].map(([property = '', value = '']) => ({ '@name': property, '@value': value })),
    },
    testcase: [
      verdictCase(comparison, name, bad),
      ...figures.map((figure) => figureCase(figure, name)),
    ],
  };
};

const badVerdict = (
  { verdict }: Comparison,
  { interrupted }: ComparisonInput,
): 'failure' | 'error' | null =>
  verdict === 'regression' ? 'failure' : verdict === 'inconclusive' || interrupted ? 'error' : null;

const verdictCase = (
  comparison: Comparison,
  suite: string,
  bad: 'failure' | 'error' | null,
): XmlElement => {
  const { verdict, reasons, notes } = comparison;
  const message = `${markOfComparison(verdict)} ${verdict}: ${concludingSentence(comparison)}`;
  return {
    '@name': 'verdict',
    '@classname': suite,
    ...(bad === null
      ? {}
      : {
          [bad]: {
            '@message': message,
            '@type': verdict,
            '#text': [describeSides(comparison), ...reasons, ...notes].join('\n'),
          },
        }),
    'system-out': bad === null ? message : undefined,
  };
};

const figureCase = (figure: FigureComparison, suite: string): XmlElement => {
  const { key, verdict, base, current, why } = figure;
  const values = `${formatValue(figure, base?.median ?? null)} → ${formatValue(figure, current?.median ?? null)}`;
  const said = `${formatChange(figure)} (${formatInterval(figure)}), ${values}; equal within ${formatMargin(figure)}`;
  return {
    '@name': key,
    '@classname': suite,
    ...(verdict === 'worse'
      ? { failure: { '@message': `${MARKS.failed} ${said}`, '@type': 'regression', '#text': said } }
      : {}),
    ...(verdict === 'not comparable' ? { skipped: { '@message': why ?? '' } } : {}),
    'system-out': verdict === 'same' || verdict === 'better' ? `${verdict}: ${said}` : undefined,
  };
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
