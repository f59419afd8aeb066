import XMLBuilder from 'fast-xml-builder';

/** One line in the list of a CI system. */
export interface TestCase {
  /** Name without figures: the same in every run, so that CI systems can compare runs. */
  name: string;
  /** Duration; only the verdict has one, as the time of a suite is the sum of its cases. */
  seconds: number;
  /** Failure; null: the case passed. */
  failed: FailedCase | null;
  /** Standard output of the case; empty: none. */
  output: string;
}

/**
 * A case that did not pass, in the words of JUnit: a *failure* is a check that did not hold, an
 * *error* a check that could not be made. So an inconclusive case is an error: all CI systems show
 * that as red, most count it apart from failures, and none takes it for passed. *Skipped* is a case
 * without influence on the verdict.
 */
export interface FailedCase {
  kind: 'failure' | 'error' | 'skipped';
  type: string;
  message: string;
  text: string;
}

/** One run, drill or comparison and its checks. */
export interface TestSuite {
  name: string;
  /** ISO 8601; null where it did not start. */
  startedAt: string | null;
  properties: readonly (readonly [name: string, value: string])[];
  cases: readonly TestCase[];
}

/**
 * JUnit XML as CI systems read it (Jenkins, GitLab, …). Only elements and attributes that Jenkins's
 * junit-10.xsd knows.
 */
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
  skipped: number;
  seconds: number;
}

const numbersOf = ({ cases }: TestSuite): Numbers => {
  const count = (kind: FailedCase['kind']): number =>
    cases.filter(({ failed }) => failed?.kind === kind).length;
  return {
    tests: cases.length,
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
    seconds: cases.reduce((sum, { seconds }) => sum + seconds, 0),
  };
};

const suiteElement = (
  { name, startedAt, properties, cases }: TestSuite,
  numbers: Numbers,
): XmlElement => ({
  '@name': name,
  ...totals([numbers]),
  '@skipped': numbers.skipped,
  '@timestamp': startedAt ?? undefined,
  properties:
    properties.length === 0
      ? undefined
      : {
          property: properties.map(([property, value]) => ({ '@name': property, '@value': value })),
        },
  testcase: cases.map((one) => caseElement(name, one)),
});

const caseElement = (suite: string, { name, seconds, failed, output }: TestCase): XmlElement => ({
  '@name': name,
  '@classname': suite,
  '@time': inSeconds(seconds),
  ...(failed === null ? {} : { [failed.kind]: failedElement(failed) }),
  'system-out': output === '' ? undefined : output,
});

/** Element of a case that did not pass; the schema has only a message for a skipped one. */
const failedElement = ({ kind, message, type, text }: FailedCase): XmlElement =>
  kind === 'skipped'
    ? { '@message': message }
    : { '@message': message, '@type': type, '#text': text };

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

/**
 * An element: attributes begin with `@`, text is `#text`, everything else are elements inside of
 * it, in order.
 */
export interface XmlElement {
  [name: string]: string | number | XmlElement | readonly XmlElement[] | undefined;
}

const builder = new XMLBuilder({
  attributeNamePrefix: '@',
  ignoreAttributes: false,
  suppressBooleanAttributes: false,
  suppressEmptyNode: true,
  format: true,
});

/**
 * A document of XML 1.0 with this root. What XML cannot hold (most control characters, halves of
 * surrogate pairs) becomes U+FFFD.
 */
export const xmlDocument = (name: string, root: XmlElement): string =>
  builder
    .build({ '?xml': { '@version': '1.0', '@encoding': 'UTF-8' }, [name]: clean(root) })
    .trim()
    .concat('\n');

/** Everything that XML 1.0 §2.2 does not call a Char. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const NO_CHAR = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

const cleanText = (text: string): string => text.toWellFormed().replace(NO_CHAR, '\ufffd');

const cleanValue = (name: string, value: string | number | XmlElement): string | XmlElement => {
  if (typeof value === 'object') return clean(value);
  const text = cleanText(String(value));
  // A parser makes blanks of them in attributes anyway (XML 1.0 §3.3.3).
  return name.startsWith('@') ? text.replaceAll(/\s+/g, ' ') : text;
};

const clean = (element: XmlElement): XmlElement =>
  Object.fromEntries(
    Object.entries(element).flatMap(([name, value]) => {
      if (value === undefined) return [];
      return [[name, isList(value) ? value.map(clean) : cleanValue(name, value)]];
    }),
  );

const isList = (value: NonNullable<XmlElement[string]>): value is readonly XmlElement[] =>
  Array.isArray(value);
