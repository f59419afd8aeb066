import {
  formatThreshold,
  holds,
  holdsDespiteImpairment,
  type Window,
} from '@livekit-swarm/metrics';
import type { EndLine } from '@livekit-swarm/record';
import { EXIT_CODES, type ExitCode, PROXY_ANSWERS } from '@livekit-swarm/settings';
import type { Comparison } from '../compare/comparison.ts';
import type { AbortingThreshold, InterimSummary, Summary } from '../summary/summary.ts';
import type { SourcedThreshold } from './default-thresholds.ts';
import {
  assessGenerator,
  INVALID_BY_TIME,
  isLackOfCpu,
  mayBlameServer,
} from './generator-health.ts';
import type { HealthCode, HealthFinding } from './health-finding.ts';
import { wasLoadSent } from './load-sent.ts';
import type { Reason } from './reason.ts';
import { evaluate, notMeasuredCause, type ThresholdResult } from './threshold-result.ts';

export type Verdict = 'passed' | 'failed' | 'inconclusive';

export interface VerdictDecision {
  verdict: Verdict;
  exitCode: ExitCode;
  thresholds: ThresholdResult[];
  /** Reasons of the verdict, most important first; empty if all thresholds were met. */
  reasons: Reason[];
  /**
   * Health findings of the load generator; empty for a healthy one. A run that passed may have
   * findings that cannot have improved its results.
   */
  health: HealthFinding[];
}

/**
 * Answers of the deployment that the generator cannot have caused, however slow it was: rejections
 * by livekit-server (`server_full`: the node is at its configured limit), and `bad_gateway`, by
 * which a proxy reports, to users as well, that no server behind it answers. A wrong clock is
 * excluded (`INVALID_BY_TIME`). Timeouts and disconnects are not among them, because a generator
 * that lacks CPU causes those, too; neither are answers with which a proxy protects itself from the
 * load of a single address (`rate_limited`, `bot_check`, `blocked`), because users have many
 * addresses.
 */
const REJECTION_REASONS: ReadonlySet<string> = new Set([
  'unauthorized',
  'forbidden',
  'room_not_found',
  'server_full',
  'room_full',
  'bad_gateway',
  // The JoinResponse and the candidates of the server prove these reasons.
  'codec_not_allowed',
  'udp_not_offered',
  'udp_ports_exhausted',
]);
/** Findings after which tokens and certificates may be invalid because of the load generator. */
const CLOCK_FINDINGS: ReadonlySet<HealthCode> = new Set<HealthCode>([
  'clock_stepped',
  'clock_wrong',
  'host_suspended',
]);
/** Reasons which show that there was no deployment to test, if all joins failed for them. */
const UNREACHABLE_REASONS: ReadonlySet<string> = new Set([
  ...REJECTION_REASONS,
  'unreachable',
  'not_livekit',
  'tls',
  'bad_url',
  ...PROXY_ANSWERS,
]);

/**
 * Decides the verdict of a run, in this order:
 *
 * 1. A failure that an impaired generator cannot have caused fails the run in any case: the server
 *    process died by a failure of its own, the joins that it rejected suffice to cross a threshold
 *    on `join_failures`, or a threshold with `abortOnFail` ended the run while the generator was
 *    healthy. If no participant joined, because of rejections or with a healthy generator, the
 *    deployment was unreachable or rejected the load (exit 3).
 * 2. If the generator impaired its measurement, the run is inconclusive, whether thresholds were
 *    crossed or met. It passed only if the generator lacked nothing but CPU, which can only have
 *    made the results worse (`held`). It failed if a threshold is also crossed by the measurements
 *    of healthy times, and the generator was healthy for at least half of the run.
 * 3. If a threshold is crossed, the run failed; it is inconclusive if only measurements of impaired
 *    seconds cross the threshold.
 * 4. If the metric of a threshold was never measured, participants have no result, or the run was
 *    cut short, it is inconclusive, never passed.
 * 5. If all thresholds are met, the run passed.
 *
 * An interrupted run gets its verdict from the measurements so far, and exits with 130 in any case.
 */
export const decideVerdict = (
  summary: Summary,
  thresholds: readonly SourcedThreshold[],
): VerdictDecision => {
  const results = thresholds.flatMap((sourced) => evaluate(summary, sourced));
  const health = assessGenerator(summary);
  const impairments = health.map((finding): Reason => ({ code: 'generator_impaired', finding }));
  const aborting = abortingThreshold(summary, thresholds);
  const aborted: Reason[] =
    aborting === null ? [] : [{ code: 'run_aborted', threshold: aborting.abortedBy }];
  const certain = certainFailures(summary, thresholds, health);
  const crossings = results.filter(
    ({ ok, threshold }) => ok === false && threshold !== aborting?.threshold,
  );
  const asReasons = (crossed: ThresholdResult[], mayBeCausedByGenerator: boolean): Reason[] =>
    crossed.map((result) => ({ code: 'threshold_crossed', result, mayBeCausedByGenerator }));
  const crossed = (mayBeCausedByGenerator: boolean): Reason[] =>
    asReasons(crossings, mayBeCausedByGenerator);
  const missing = missingEvidence(summary, results);
  const conclude = (
    verdict: Verdict,
    reasons: Reason[],
    exitCode: ExitCode = EXIT_CODES[verdict].code,
  ): VerdictDecision => ({
    verdict,
    exitCode: summary.end?.reason === 'interrupted' ? EXIT_CODES.interrupted.code : exitCode,
    thresholds: results,
    reasons,
    health,
  });

  if (allJoinsRejected(summary, health))
    return conclude(
      'failed',
      [allJoinsFailed('deployment_unreachable', summary), ...impairments],
      EXIT_CODES.unreachable.code,
    );
  if (certain.length > 0)
    return conclude('failed', [...aborted, ...certain, ...crossed(false), ...impairments]);
  if (noParticipantJoined(summary) && health.length === 0) {
    return conclude(
      'failed',
      [allJoinsFailed('no_participant_joined', summary), ...aborted],
      EXIT_CODES.unreachable.code,
    );
  }
  // A threshold with `abortOnFail` accepts missing evidence, such as windows that were not reached.
  if (aborted.length > 0)
    return conclude('failed', [...aborted, ...crossed(false), ...impairments]);
  const { certain: failures, doubtful } = attributeCrossings(summary, crossings, thresholds);
  if (held(summary, health, results) && missing.length === 0) return conclude('passed', []);
  if (failures.length > 0 && mayBlameServer(health, summary.impaired))
    return conclude('failed', [
      ...asReasons(failures, false),
      ...impairments,
      ...asReasons(doubtful, true),
      ...missing,
    ]);
  if (health.length > 0)
    return conclude('inconclusive', [...impairments, ...crossed(true), ...missing]);
  if (doubtful.length > 0)
    return conclude('inconclusive', [
      { code: 'impaired_at_times', ...summary.impaired },
      ...asReasons(doubtful, true),
      ...missing,
    ]);
  if (missing.length > 0) return conclude('inconclusive', missing);
  return conclude('passed', []);
};

/**
 * Returns true if all thresholds would also be met with a healthy generator: this one lacked
 * nothing but CPU and sent the planned load, and a lack of CPU can only have made these values
 * worse (docs/adr/0013-busy-is-not-wrong.md).
 */
const held = (
  summary: Summary,
  health: readonly HealthFinding[],
  results: readonly ThresholdResult[],
): boolean =>
  health.length > 0 &&
  health.every(isLackOfCpu) &&
  wasLoadSent(summary) &&
  results.every(
    ({ ok, value, threshold }) =>
      ok === true && value !== null && holdsDespiteImpairment(threshold, value),
  );

/**
 * Divides crossed thresholds into those that are also crossed by measurements of healthy times,
 * which are attributed to the server, and those that the generator may have caused.
 */
const attributeCrossings = (
  { clean, impaired, windows }: Pick<Summary, 'clean' | 'impaired' | 'windows'>,
  crossings: readonly ThresholdResult[],
  thresholds: readonly SourcedThreshold[],
): { certain: ThresholdResult[]; doubtful: ThresholdResult[] } => {
  if (impaired.ms === 0) return { certain: [...crossings], doubtful: [] };
  const healthy = {
    metrics: clean,
    windows: windows.map((one) => ({ ...one, metrics: one.clean })),
  };
  const isCrossed = (crossing: ThresholdResult): boolean =>
    !growsWithTime(crossing) &&
    thresholds
      .filter(({ threshold }) => threshold === crossing.threshold)
      .flatMap((sourced) => evaluate(healthy, sourced))
      .some(({ ok, window }) => ok === false && isSameWindow(window, crossing.window));
  const { certain = [], doubtful = [] } = Object.groupBy(crossings, (crossing) =>
    isCrossed(crossing) ? 'certain' : 'doubtful',
  );
  return { certain, doubtful };
};

/**
 * Returns true if a threshold requires a count to be reached, of which less time always has less.
 */
const growsWithTime = ({ threshold: { aggregation, operator } }: ThresholdResult): boolean =>
  aggregation.type === 'count' && (operator === '>' || operator === '>=');

const isSameWindow = (a: Window | null, b: Window | null): boolean =>
  a?.name === b?.name && a?.fromMs === b?.fromMs && a?.toMs === b?.toMs;

/** Exit codes that follow from the verdict, and change with it. */
const OF_VERDICTS: ReadonlySet<ExitCode> = new Set([
  EXIT_CODES.passed.code,
  EXIT_CODES.failed.code,
  EXIT_CODES.inconclusive.code,
]);

/**
 * Decides the verdict of a run with a baseline: a regression fails it like a crossed threshold, and
 * with an inconclusive comparison it has not passed. A run that is inconclusive on its own remains
 * so.
 */
export const decideWithBaseline = (
  decision: VerdictDecision,
  comparison: Comparison,
): VerdictDecision => {
  const conclude = (verdict: Verdict, code: 'baseline_regression' | 'baseline_inconclusive') => ({
    ...decision,
    verdict,
    exitCode: OF_VERDICTS.has(decision.exitCode) ? EXIT_CODES[verdict].code : decision.exitCode,
    reasons: [...decision.reasons, { code, comparison }],
  });
  if (comparison.verdict === 'regression' && decision.verdict !== 'inconclusive')
    return conclude('failed', 'baseline_regression');
  if (comparison.verdict === 'inconclusive' && decision.verdict === 'passed')
    return conclude('inconclusive', 'baseline_inconclusive');
  return decision;
};

/**
 * First threshold with `abortOnFail` that is crossed now, and the codes of its possible causes in
 * the generator. A crossing that the generator may have caused ends nothing, unless it is certain
 * (see `decideVerdict`); a metric that was not measured crosses nothing.
 * @param elapsedMs time since the start of the run, ms
 */
export const abortCause = (
  interim: InterimSummary,
  thresholds: readonly SourcedThreshold[],
  elapsedMs: number,
): { result: ThresholdResult; doubts: HealthCode[] } | null => {
  const active = thresholds.filter(
    ({ threshold: { abortOnFail } }) => abortOnFail !== null && elapsedMs >= abortOnFail.afterMs,
  );
  const results = active
    .flatMap((sourced) => evaluate(interim, sourced))
    .filter(({ ok }) => ok === false);
  const [result] = results;
  if (result === undefined) return null;
  const health = assessGenerator(interim);
  const certain = active.find(
    (sourced) => certainFailures(interim, [sourced], health).length > 0,
  )?.threshold;
  const sure = results.find(({ threshold }) => threshold === certain);
  if (sure !== undefined) return { result: sure, doubts: [] };
  const [failure] = mayBlameServer(health, interim.impaired)
    ? attributeCrossings(interim, results, active).certain
    : [];
  if (failure !== undefined) return { result: failure, doubts: [] };
  return { result, doubts: health.length > 0 ? codesOf(health) : interim.impaired.codes };
};

const codesOf = (health: readonly HealthFinding[]): HealthCode[] => health.map(({ code }) => code);

/** Threshold that ended the run; null also if the thresholds evaluated now do not contain it. */
const abortingThreshold = (
  { end, abortedBy }: Summary,
  thresholds: readonly SourcedThreshold[],
): (Pick<SourcedThreshold, 'threshold'> & { abortedBy: AbortingThreshold }) | null => {
  if (end?.reason !== 'threshold_crossed' || abortedBy === null) return null;
  const found = thresholds.find(
    ({ threshold }) => formatThreshold(threshold) === abortedBy.threshold,
  );
  return found === undefined ? null : { threshold: found.threshold, abortedBy };
};

const failuresWith = (
  { joins }: Pick<InterimSummary, 'joins'>,
  reasons: ReadonlySet<string>,
): number =>
  joins.failureReasons.reduce(
    (sum, { reason, count }) => sum + (reasons.has(reason) ? count : 0),
    0,
  );

const noParticipantJoined = ({ joins }: Summary): boolean => joins.joined === 0 && joins.failed > 0;

const allJoinsRejected = (summary: Summary, health: readonly HealthFinding[]): boolean =>
  noParticipantJoined(summary) &&
  failuresWith(summary, certainOf(UNREACHABLE_REASONS, health)) === summary.joins.failed;

/** Reasons that the generator cannot have caused. */
const certainOf = (
  reasons: ReadonlySet<string>,
  health: readonly HealthFinding[],
): ReadonlySet<string> =>
  health.some(({ code }) => CLOCK_FINDINGS.has(code))
    ? new Set([...reasons].filter((reason) => !INVALID_BY_TIME.has(reason)))
    : reasons;

const allJoinsFailed = (
  code: 'deployment_unreachable' | 'no_participant_joined',
  { joins }: Summary,
): Reason => ({ code, failed: joins.failed, failure: joins.failureReasons[0] ?? null });

const certainFailures = (
  summary: Pick<InterimSummary, 'joins' | 'end'>,
  thresholds: readonly SourcedThreshold[],
  health: readonly HealthFinding[],
): Reason[] => {
  const reasons: Reason[] = [];
  if (summary.end?.reason === 'server_died')
    reasons.push({ code: 'server_died', at: summary.end.at });
  const { joins } = summary;
  const certain = certainOf(REJECTION_REASONS, health);
  const rejected = failuresWith(summary, certain);
  const attempted = joins.joined + joins.failed;
  // Only a threshold on all participants counts: the share of rejected joins in a role is not kept.
  const tooMany = thresholds.some(
    ({ threshold: { metric, selector, window, aggregation, operator, limit } }) =>
      metric === 'join_failures' &&
      window === null &&
      Object.keys(selector).length === 0 &&
      rejected > 0 &&
      !holds(aggregation.type === 'count' ? rejected : rejected / attempted, operator, limit),
  );
  if (tooMany) {
    const byReason = joins.failureReasons
      .filter(({ reason }) => certain.has(reason))
      .map(({ reason, count }) => ({ reason, count }));
    reasons.push({ code: 'joins_rejected', rejected, attempted, byReason });
  }
  return reasons;
};

/**
 * Reasons of an end after which nothing is missing, or which are a reason of the verdict
 * themselves.
 */
const COMPLETE: ReadonlySet<EndLine['reason']> = new Set([
  'completed',
  'stopped',
  'server_died',
  'server_killed',
]);

/** Reasons which keep a run from passing although no threshold was crossed. */
const missingEvidence = ({ joins, end, plan }: Summary, results: ThresholdResult[]): Reason[] => {
  const reasons = results
    .filter(({ ok }) => ok === null)
    .map(
      (result): Reason =>
        result.doubt === null
          ? { code: 'threshold_not_measured', result, cause: notMeasuredCause(result) }
          : { code: 'threshold_not_judged', result, doubt: result.doubt },
    );
  if (results.length === 0) reasons.push({ code: 'no_thresholds' });
  if (joins.unaccounted > 0)
    reasons.push({
      code: 'participants_unaccounted',
      unaccounted: joins.unaccounted,
      planned: joins.planned,
    });
  if (end === null) reasons.push({ code: 'record_truncated' });
  else if (!COMPLETE.has(end.reason))
    reasons.push({
      code: 'run_cut_short',
      cause: end.reason,
      at: end.at,
      plannedMs: plan.endAtMs,
    });
  return reasons;
};
