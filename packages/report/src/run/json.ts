import type { VerdictDecision } from '@livekit-swarm/analysis';
import { flattenMetrics } from '@livekit-swarm/metrics';
import { recordedScenario } from '@livekit-swarm/scenario';
import { comparedObject } from '../comparison/json.ts';
import { findingObject, noteObject, reasonObject } from '../facts.ts';
import { finiteDeep } from '../format.ts';
import { adviceContextOf } from '../phrases/limits.ts';
import { serverName } from '../phrases/server.ts';
import type { Reporter } from '../reporter.ts';
import type { NoResult, Result } from '../schema/result-schema.ts';
import { overallExitCode, overallVerdict } from './aggregate.ts';
import {
  isRun,
  type NoRun,
  type Outcome,
  RESULT_SCHEMA,
  RESULTS_SCHEMA,
  type ReportInput,
} from './report-input.ts';

/**
 * The object that `--json` prints: one, for machines. Times in milliseconds, shares from 0 to 1,
 * null for what was not measured.
 */
export const resultObject = ({
  summary,
  decision,
  recordPath,
  comparison,
}: ReportInput): Result => {
  // Its windows are listed with their metrics.
  const { windows: _, ...plan } = summary.plan;
  return {
    schema: RESULT_SCHEMA,
    verdict: decision.verdict,
    server: serverName(summary),
    exitCode: decision.exitCode,
    reasons: decision.reasons.map((reason) => reasonObject(reason, adviceContextOf(summary))),
    thresholds: thresholdsOf(decision),
    metrics: flattenMetrics(summary.metrics),
    windows: summary.windows.map(({ window, metrics }) => ({
      ...window,
      metrics: flattenMetrics(metrics),
    })),
    generator: {
      ...summary.generator,
      findings: decision.health.map((finding) => findingObject(finding, adviceContextOf(summary))),
    },
    hosts: summary.hosts,
    serverMetrics: summary.server,
    lost: summary.lost,
    deployment: summary.deployment,
    joins: summary.joins,
    tracks: summary.tracks,
    media: summary.traffic,
    roles: summary.roles,
    paths: summary.paths,
    clients: summary.clients,
    layers: summary.layers,
    lossRecovery: summary.recovery,
    mostAffected: summary.mostAffected,
    notes: summary.notes.map(noteObject),
    run: summary.run,
    startedAt: summary.startedAt,
    end: summary.end,
    abortedBy: summary.abortedBy,
    plan,
    scenario: recordedScenario(summary.scenario),
    environment: summary.environment,
    record: recordPath,
    ...(comparison === undefined ? {} : { comparison: comparedObject(comparison) }),
  };
};

/** JSON object of a run that did not start. */
export const noResultObject = ({
  scenario,
  verdict,
  exitCode,
  reason,
  message,
  hint,
}: NoRun): NoResult => ({
  schema: RESULT_SCHEMA,
  verdict,
  exitCode,
  reasons: [{ code: reason, text: message }],
  thresholds: [],
  metrics: {},
  scenario: { name: scenario },
  error: { code: reason, message, hint },
});

/** The object of a run, also of one that did not start. */
export const objectOf = (outcome: Outcome): Result | NoResult =>
  isRun(outcome) ? resultObject(outcome) : noResultObject(outcome);

/** One outcome is an object; several are one object, too, with all of them in `runs`. */
export const resultsObject = (outcomes: readonly Outcome[]): object => {
  const [first, ...others] = outcomes;
  if (first !== undefined && others.length === 0) return objectOf(first);
  return {
    schema: RESULTS_SCHEMA,
    verdict: overallVerdict(outcomes),
    exitCode: overallExitCode(outcomes),
    runs: outcomes.map(objectOf),
  };
};

/** Indented JSON of all outcomes, with a newline at its end. */
export const renderJson = (outcomes: readonly Outcome[]): string =>
  `${JSON.stringify(finiteDeep(resultsObject(outcomes)), null, 2)}\n`;

export const jsonReporter = {
  about: 'one object with everything, for machines',
  fileName: 'result.json',
  several: true,
  render: renderJson,
} as const satisfies Reporter<readonly Outcome[]>;

const thresholdsOf = ({ thresholds }: VerdictDecision) =>
  thresholds.map(
    ({ metric, expression, window, value, ok, source, uncertainty, doubt, excluded }) => ({
      metric,
      expression,
      window: window?.name ?? null,
      value,
      ok,
      source,
      ...(uncertainty > 0 && { uncertainty }),
      ...(doubt !== null && { doubt }),
      ...(excluded !== null && { excluded }),
    }),
  );
