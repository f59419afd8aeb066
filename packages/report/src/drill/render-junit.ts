import type { DrillResult, RepeatResult } from '@livekit-swarm/chaos';
import { junitDocument, type TestCase, type TestSuite } from '../junit/document.ts';
import { measuredOf } from '../phrases/limits.ts';
import type { ReportOptions } from '../reporter.ts';
import {
  describeKnownFailures,
  describeReason,
  expectedText,
  hasVerdict,
  measuredText,
  objectiveLabel,
  VERDICT_MARKS,
} from './phrases.ts';
import { type DrillOutcome, exitCodeOfDrill, isDrillResult, type NoDrill } from './render-json.ts';
import { renderDrillText } from './render-text.ts';

/**
 * JUnit XML: a suite for each drill, a test case for its verdict, and one for each objective and
 * threshold of each repeat.
 */
export const renderDrillJunit = (
  outcomes: readonly DrillOutcome[],
  { strict = false }: Pick<ReportOptions, 'strict'> = {},
): string =>
  junitDocument(
    outcomes.map((outcome) =>
      isDrillResult(outcome) ? drillSuite(outcome, strict) : noDrillSuite(outcome),
    ),
  );

/** A drill without a result is an error, so that no CI system takes it for passed. */
const noDrillSuite = ({ drill, code, message, hint, exitCode }: NoDrill): TestSuite => ({
  name: drill,
  startedAt: null,
  properties: [],
  cases: [
    {
      name: 'verdict',
      seconds: 0,
      failed: {
        kind: 'error',
        type: code,
        message: `${message} (exit ${exitCode})`,
        text: hint ?? '',
      },
      output: '',
    },
  ],
});

const drillSuite = (result: DrillResult, strict: boolean): TestSuite => ({
  name: result.drill.name,
  startedAt: result.startedAt,
  properties: propertiesOf(result),
  cases: [
    verdictCase(result, strict),
    ...result.repeats.flatMap((repeat) => casesOf(repeat, result, strict)),
  ],
});

/** Milliseconds: CI systems show them as they are. */
const whole = (ms: number): string => String(Math.round(ms));

const propertiesOf = ({
  deployment,
  server,
  serverVersion,
  knownFailureStatus,
  spread,
  repeats,
}: DrillResult): [string, string][] => [
  ['deployment', deployment],
  ...(server === null ? [] : [['server', server.host] as [string, string]]),
  ...(serverVersion === null ? [] : [['server_version', serverVersion] as [string, string]]),
  ...(server?.started === undefined
    ? []
    : [['server_started', startedText(server.started)] as [string, string]]),
  ['known_failure_status', knownFailureStatus],
  ['repeats', String(repeats.length)],
  ...(spread.timeToRecoverMax === null
    ? []
    : [
        ['time_to_recover.max.min', whole(spread.timeToRecoverMax.min)] as [string, string],
        ['time_to_recover.max.median', whole(spread.timeToRecoverMax.median)] as [string, string],
        ['time_to_recover.max.max', whole(spread.timeToRecoverMax.max)] as [string, string],
      ]),
];

/** Program and configuration of --server. */
const startedText = ({
  program,
  configFiles,
}: NonNullable<NonNullable<DrillResult['server']>['started']>): string =>
  [...(program === null ? [] : [program]), ...configFiles].join('+');

const verdictCase = (result: DrillResult, strict: boolean): TestCase => {
  const { verdict, repeats } = result;
  const code = exitCodeOfDrill(result, strict);
  const reasons = repeats.flatMap(({ number, reasons: why }) =>
    why.map((reason) => `repeat ${number}: ${describeReason(reason)}`),
  );
  const message = describeKnownFailures(result) ?? reasons[0] ?? '';
  return {
    name: 'verdict',
    seconds: repeats.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1_000,
    failed:
      code === 0
        ? null
        : {
            kind: verdict === 'failed' ? 'failure' : 'error',
            type: verdict,
            message: `${VERDICT_MARKS[verdict]} ${verdict} (exit ${code}): ${message}`,
            text: reasons.join('\n'),
          },
    output: renderDrillText(result, { strict }),
  };
};

/** Names omit the repeat if there is only one, so that CI systems can compare drills over time. */
const casesOf = (repeat: RepeatResult, result: DrillResult, strict: boolean): TestCase[] => {
  const { number, objectives, thresholds } = repeat;
  const name = (what: string): string =>
    result.drill.repeats === 1 && number === 1 ? what : `${what} (repeat ${number})`;
  // Known failures are shown in the output, and fail no test case.
  const forgiven = exitCodeOfDrill(result, strict) === 0;
  const caseOf = (what: string, ok: boolean | null, type: string, said: string): TestCase => {
    const decided = hasVerdict(repeat);
    if (!decided)
      return {
        name: name(what),
        seconds: 0,
        failed: badOf('error', type, `not evaluated: ${repeat.verdict}`),
        output: '',
      };
    if (ok === true) return { name: name(what), seconds: 0, failed: null, output: '' };
    if (forgiven)
      return { name: name(what), seconds: 0, failed: null, output: `known failure: ${said}\n` };
    return {
      name: name(what),
      seconds: 0,
      failed: badOf(ok === null ? 'error' : 'failure', type, said),
      output: '',
    };
  };
  return [
    ...objectives.map((result) =>
      caseOf(
        objectiveLabel(result),
        result.met,
        'objective',
        `${measuredText(result)}, expected ${expectedText(result)}`,
      ),
    ),
    ...thresholds.map((one) => {
      const what = `${one.metric} ${one.expression}`;
      return caseOf(what, one.ok, 'threshold', `${what}: ${measuredOf(one)}`);
    }),
  ];
};

const badOf = (kind: 'failure' | 'error', type: string, said: string): TestCase['failed'] => ({
  kind,
  type,
  message: said,
  text: said,
});
