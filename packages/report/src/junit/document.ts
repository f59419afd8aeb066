import { type XmlElement, xmlDocument } from './xml.ts';

/** What CI systems list. */
export interface TestCase {
  /** The same in every run, or CI systems could not compare runs: figures are not in it. */
  name: string;
  /** Only the verdict took time; a suite's time is the sum of its cases. */
  seconds: number;
  bad: Bad | null;
  said: string;
}

/**
 * As JUnit means them: a *failure* is a check that did not hold, an *error* a check that could not be made. So what is inconclusive is an error. All CI systems
 * show that as red, most count it apart from failures, and none takes it for passed, as they would if it were skipped.
 */
export interface Bad {
  kind: 'failure' | 'error';
  type: string;
  message: string;
  text: string;
}

/** Something that was run, and what was checked about it. */
export interface TestSuite {
  name: string;
  /** ISO 8601; null where it did not begin. */
  startedAt: string | null;
  properties: readonly (readonly [name: string, value: string])[];
  cases: readonly TestCase[];
}

/** JUnit XML as CI systems read it (Jenkins, GitLab, …). Only elements and attributes that Jenkins's junit-10.xsd knows. */
export const junitDocument = (suites: readonly TestSuite[]): string => {
  const counted = suites.map((suite) => ({ suite, numbers: numbersOf(suite) }));
  return xmlDocument('testsuites', {
    '@name': 'livekit-swarm',
    ...totals(counted.map(({ numbers }) => numbers)),
    testsuite: counted.map(({ suite, numbers }) => suiteElement(suite, numbers)),
  });
};

interface Numbers {
  tests: number;
  failures: number;
  errors: number;
  seconds: number;
}

const numbersOf = ({ cases }: TestSuite): Numbers => {
  const count = (kind: Bad['kind']): number => cases.filter(({ bad }) => bad?.kind === kind).length;
  return {
    tests: cases.length,
    failures: count('failure'),
    errors: count('error'),
    seconds: cases.reduce((sum, { seconds }) => sum + seconds, 0),
  };
};

const suiteElement = (
  { name, startedAt, properties, cases }: TestSuite,
  numbers: Numbers,
): XmlElement => ({
  '@name': name,
  ...totals([numbers]),
  '@skipped': 0,
  '@timestamp': startedAt ?? undefined,
  properties:
    properties.length === 0
      ? undefined
      : {
          property: properties.map(([property, value]) => ({ '@name': property, '@value': value })),
        },
  testcase: cases.map((one) => caseElement(name, one)),
});

const caseElement = (suite: string, { name, seconds, bad, said }: TestCase): XmlElement => ({
  '@name': name,
  '@classname': suite,
  '@time': inSeconds(seconds),
  ...(bad === null
    ? {}
    : { [bad.kind]: { '@message': bad.message, '@type': bad.type, '#text': bad.text } }),
  'system-out': said === '' ? undefined : said,
});

const totals = (suites: readonly Numbers[]): XmlElement => {
  const sum = (field: keyof Numbers): number =>
    suites.reduce((total, suite) => total + suite[field], 0);
  return {
    '@tests': sum('tests'),
    '@failures': sum('failures'),
    '@errors': sum('errors'),
    '@time': inSeconds(sum('seconds')),
  };
};

const inSeconds = (seconds: number): string => seconds.toFixed(3);
