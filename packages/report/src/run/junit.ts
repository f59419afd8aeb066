import type { ThresholdResult } from '@livekit-swarm/analysis';
import type { Comparison } from '@livekit-swarm/analysis/compare';
import { flattenMetrics } from '@livekit-swarm/metrics';
import { finite } from '../format.ts';
import { type FailedCase, junitDocument, type TestCase } from '../junit/document.ts';
import {
  describeConclusion,
  furtherReasons,
  markOfComparison,
  VERDICT_TEXTS,
} from '../phrases/comparison.ts';
import { measuredOf, measuredText, restrictionOf, thresholdName } from '../phrases/limits.ts';
import { serverName, serverText } from '../phrases/server.ts';
import { reasonTexts } from '../phrases/verdict-reason.ts';
import type { Reporter } from '../reporter.ts';
import { MARKS } from '../text-layout.ts';
import {
  exitCodeOf,
  isRun,
  type NoRun,
  nameOf,
  type Outcome,
  type ReportInput,
  verdictOf,
} from './report-input.ts';
import { renderText } from './text/text.ts';
import { uniqueNames } from './unique-names.ts';

/**
 * JUnit XML: a suite for each scenario, a test case for each threshold, and one for the verdict.
 */
export const renderJunit = (outcomes: readonly Outcome[]): string =>
  junitDocument(
    outcomes.map((outcome) => ({
      name: nameOf(outcome),
      startedAt: isRun(outcome) ? outcome.summary.startedAt : null,
      properties: isRun(outcome) ? propertiesOf(outcome) : [],
      cases: casesOf(outcome),
    })),
  );

export const junitReporter = {
  about: 'JUnit XML: one test case a threshold, for Jenkins, GitLab and others',
  fileName: 'junit.xml',
  several: true,
  render: renderJunit,
} as const satisfies Reporter<readonly Outcome[]>;

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
    message: `${MARKS[verdict]} ${verdict} (exit ${exitCodeOf(outcome)})${isRun(outcome) ? ` on ${serverName(outcome.summary)}` : ''}${reasons[0] === undefined ? '' : `: ${reasons[0]}`}`,
    text: reasons.join('\n'),
  };
};

const failedThreshold = (result: ThresholdResult): FailedCase | null => {
  const { ok, value, threshold } = result;
  if (ok === true) return null;
  const restriction = restrictionOf(result);
  const facts = [
    `${thresholdName(result)}`,
    value === null ? 'value: not measured' : `value: ${finite(value)} (${measuredOf(result)})`,
    `limit: ${threshold.operator} ${threshold.limit}`,
    `source: ${result.source}`,
    ...(restriction === null ? [] : [restriction]),
  ];
  return ok === null
    ? {
        kind: 'error',
        type: result.doubt === null ? 'not_measured' : 'not_judged',
        message: `${MARKS.inconclusive} ${result.doubt === null ? 'not measured' : 'not judged'}`,
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

/** The figures by which runs are compared; all of them are in the JSON. */
const FIGURES = [
  'join_time.p50',
  'join_time.p95',
  'join_failures.rate',
  'disconnects.rate',
  'reconnect_time.p95',
  'missing_tracks.rate',
  'stalled_tracks.rate',
  'packet_loss.rate',
  'uplink_loss.rate',
  'jitter.p95',
  'media_latency.p50',
  'media_latency.p95',
  'media_latency.p99',
  'packets_received.rate',
  'packets_sent.rate',
  'nacks_sent.count',
  'data_loss.rate',
  'data_latency.p95',
  'cpu_cores.value',
  'late_sends.rate',
  'socket_drops.rate',
] as const;

/** Name and value of everything about a run besides its test cases. */
export const propertiesOf = ({
  summary,
  decision,
  recordPath,
}: ReportInput): [name: string, value: string][] => {
  const { scenario, deployment, environment, plan } = summary;
  const metrics = flattenMetrics(summary.metrics);
  return [
    ['verdict', decision.verdict],
    ['server', serverName(summary)],
    ['exit_code', String(decision.exitCode)],
    ['run', summary.run],
    ['record', recordPath ?? ''],
    ['seed', String(scenario.seed)],
    ...Object.entries(scenario.tags).map(([tag, value]): [string, string] => [`tag.${tag}`, value]),
    ['rooms', String(plan.rooms)],
    ['participants', String(plan.participants)],
    ['deployment.url', deployment?.url ?? ''],
    ['deployment.server_version', deployment?.serverVersion ?? ''],
    ['deployment.server', deployment === null ? '' : serverText(deployment)],
    ['deployment.nodes', deployment?.nodes.join(' ') ?? ''],
    ...Object.entries(environment).map(([name, value]): [string, string] => [
      `environment.${name}`,
      String(value),
    ]),
    ...FIGURES.flatMap((name): [string, string][] => {
      const figure = finite(metrics[name]);
      return figure === null ? [] : [[`metric.${name}`, String(figure)]];
    }),
  ];
};
