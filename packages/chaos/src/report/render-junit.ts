import { junitDocument, measuredOf, type TestCase, type TestSuite } from '@livekit-swarm/report';
import type { DrillResult, RepeatResult } from '../measure/drill-result.ts';
import { OBJECTIVES } from '../measure/judge-repeat.ts';
import { exitCodeOfDrill } from './exit-code.ts';
import { type DrillReportOptions, renderDrillText } from './render-text.ts';
import { knowledgeSentence, VERDICT_MARKS } from './words.ts';

/** JUnit XML: a suite for each drill, a test case for its verdict, and one for each objective and threshold of each repeat. */
export const renderDrillJunit = (results: readonly DrillResult[], options: DrillReportOptions = {}): string =>
  junitDocument(results.map((result) => drillSuite(result, options)));

/** One drill, for documents that hold more than drills that were carried out. */
export const drillSuite = (result: DrillResult, options: DrillReportOptions = {}): TestSuite => ({
  name: result.drill.name,
  startedAt: result.startedAt,
  properties: propertiesOf(result),
  cases: [verdictCase(result, options), ...result.repeats.flatMap((repeat) => casesOf(repeat, result, options))],
});

const propertiesOf = ({ target, serverVersion, knowledge, spread, repeats }: DrillResult): [string, string][] => [
  ['target', target],
  ...(serverVersion === null ? [] : [['server', serverVersion] as [string, string]]),
  ['knowledge', knowledge],
  ['repeats', String(repeats.length)],
  ...(spread.rtoMax === null
    ? []
    : [
        ['recovery_time.max.min', String(spread.rtoMax.min)] as [string, string],
        ['recovery_time.max.median', String(spread.rtoMax.median)] as [string, string],
        ['recovery_time.max.max', String(spread.rtoMax.max)] as [string, string],
      ]),
];

const verdictCase = (result: DrillResult, options: DrillReportOptions): TestCase => {
  const { verdict, repeats } = result;
  const code = exitCodeOfDrill(result, options.strict ?? false);
  const reasons = repeats.flatMap(({ number, reasons: why }) => why.map((reason) => `repeat ${number}: ${reason}`));
  const message = knowledgeSentence(result) ?? reasons[0] ?? '';
  return {
    name: 'verdict',
    seconds: repeats.reduce((sum, { tookMs }) => sum + tookMs, 0) / 1_000,
    bad:
      code === 0
        ? null
        : {
            kind: verdict === 'failed' ? 'failure' : 'error',
            type: verdict,
            message: `${VERDICT_MARKS[verdict]} ${verdict} (exit ${code}): ${message}`,
            text: reasons.join('\n'),
          },
    said: renderDrillText(result, options),
  };
};

/** Names do not tell of a repeat where there is only one, so that drills can be compared from day to day. */
const casesOf = (
  { number, findings, thresholds }: RepeatResult,
  result: DrillResult,
  { strict }: DrillReportOptions,
): TestCase[] => {
  const name = (what: string): string => (result.drill.repeats === 1 ? what : `${what} (repeat ${number})`);
  // What is known to fail is no news; it is told, and counts with the verdict when it is not known.
  const forgiven = exitCodeOfDrill(result, strict ?? false) === 0;
  return [
    ...findings.map(({ objective, ok, asked, found }): TestCase => {
      const said = `${found}, asked for ${asked}`;
      return {
        name: name(OBJECTIVES[objective]),
        seconds: 0,
        bad: ok || forgiven ? null : { kind: 'failure', type: 'objective', message: said, text: said },
        said: ok || !forgiven ? '' : `known to fail: ${said}\n`,
      };
    }),
    ...thresholds.map((result): TestCase => {
      const { metric, expression, ok } = result;
      const said = `${metric} ${expression}: ${measuredOf(result)}`;
      return {
        name: name(`${metric} ${expression}`),
        seconds: 0,
        bad:
          ok === true || forgiven
            ? null
            : { kind: ok === null ? 'error' : 'failure', type: 'threshold', message: said, text: said },
        said: '',
      };
    }),
  ];
};
