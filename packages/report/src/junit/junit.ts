import { isRun, type Outcome } from '../report-input.ts';
import type { Reporter } from '../reporter.ts';
import { casesOf, type TestCase } from './cases.ts';
import { propertiesOf } from './properties.ts';
import { type XmlElement, xmlDocument } from './xml.ts';

/**
 * JUnit XML as CI systems read it (Jenkins, GitLab, …): a suite for each scenario, a test case for each threshold, and one for the verdict.
 * Only elements and attributes that Jenkins's junit-10.xsd knows.
 */
export const renderJunit = (outcomes: readonly Outcome[]): string => {
  const suites = outcomes.map(suiteOf);
  return xmlDocument('testsuites', {
    '@name': 'livekit-swarm',
    ...totals(suites),
    testsuite: suites.map(({ element }) => element),
  });
};

interface Suite {
  tests: number;
  failures: number;
  errors: number;
  seconds: number;
  element: XmlElement;
}

const suiteOf = (outcome: Outcome): Suite => {
  const cases = casesOf(outcome);
  const count = (kind: NonNullable<TestCase['bad']>['kind']): number => cases.filter(({ bad }) => bad?.kind === kind).length;
  const numbers = {
    tests: cases.length,
    failures: count('failure'),
    errors: count('error'),
    seconds: cases.reduce((sum, one) => sum + one.seconds, 0),
  };
  const [first] = cases;
  return {
    ...numbers,
    element: {
      '@name': first?.scenario ?? '',
      ...totals([numbers]),
      '@skipped': 0,
      '@timestamp': isRun(outcome) ? outcome.summary.startedAt : undefined,
      properties: isRun(outcome)
        ? { property: propertiesOf(outcome).map(([name, value]) => ({ '@name': name, '@value': value })) }
        : undefined,
      testcase: cases.map(caseElement),
    },
  };
};

const caseElement = ({ scenario, name, seconds, bad, said }: TestCase): XmlElement => ({
  '@name': name,
  '@classname': scenario,
  '@time': inSeconds(seconds),
  ...(bad === null ? {} : { [bad.kind]: { '@message': bad.message, '@type': bad.type, '#text': bad.text } }),
  'system-out': said === '' ? undefined : said,
});

const totals = (suites: readonly Omit<Suite, 'element'>[]): XmlElement => {
  const sum = (field: 'tests' | 'failures' | 'errors' | 'seconds'): number =>
    suites.reduce((total, suite) => total + suite[field], 0);
  return {
    '@tests': sum('tests'),
    '@failures': sum('failures'),
    '@errors': sum('errors'),
    '@time': inSeconds(sum('seconds')),
  };
};

const inSeconds = (seconds: number): string => seconds.toFixed(3);

export const junitReporter = {
  about: 'JUnit XML: one test case a threshold, for Jenkins, GitLab and others',
  fileName: 'junit.xml',
  several: true,
  render: renderJunit,
} as const satisfies Reporter;
