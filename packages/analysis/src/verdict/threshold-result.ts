import {
  aggregate,
  formatExpression,
  formatTarget,
  holds,
  type MetricName,
  type MetricReader,
  type Threshold,
  type Window,
  windowsMeant,
} from '@livekit-swarm/metrics';
import type { EndLine } from '@livekit-swarm/record';
import type { Comparison } from '../compare/comparison.ts';
import type {
  AbortingThreshold,
  FailureReason,
  ImpairedSummary,
  WindowMetrics,
} from '../summary/summary.ts';
import type { SourcedThreshold } from './default-thresholds.ts';
import type { HealthFinding } from './generator-health.ts';

/** One threshold against what was measured. `ok` is null when nothing was measured: then it is neither met nor crossed. */
export interface ThresholdResult {
  /** With its selector and window: `media_latency{kind:audio}@peak`. */
  metric: string;
  /** `p(95)<200`. */
  expression: string;
  /** The part of the run that was evaluated; for `@*` each stage in turn. Null: the whole run, or the run has no such window. */
  window: Window | null;
  value: number | null;
  ok: boolean | null;
  source: 'default' | 'user';
  threshold: Threshold;
}

/** In a stage without scheduled joins these have nothing to evaluate. */
const JOIN_METRICS: ReadonlySet<MetricName> = new Set([
  'join_time',
  'join_start_delay',
  'signal_time',
  'ice_time',
  'first_media_time',
  'join_failures',
  'join_retries',
]);

/** One result, or with `@*` one for each stage. Always at least one, so that no threshold is met by having nothing to evaluate. */
export const evaluate = (
  measured: {
    metrics: MetricReader;
    windows: readonly Pick<WindowMetrics, 'window' | 'metrics'>[];
  },
  sourced: SourcedThreshold,
): ThresholdResult[] => {
  const { threshold } = sourced;
  if (threshold.window === null) return [resultOf(measured.metrics, sourced, null)];
  const windows = windowsMeant(
    threshold.window,
    measured.windows.map(({ window }) => window),
  ).flatMap((window) => measured.windows.find((one) => sameWindow(one.window, window)) ?? []);
  const evaluated =
    threshold.window.type === 'stages'
      ? windows.filter((one) => concerns(one, threshold))
      : windows;
  if (evaluated.length === 0) return [resultOf(null, sourced, null)];
  return evaluated.map(({ window, metrics }) => resultOf(metrics, sourced, window));
};

const sameWindow = (a: Window, b: Window): boolean =>
  a.name === b.name && a.fromMs === b.fromMs && a.toMs === b.toMs;

const concerns = ({ metrics }: Pick<WindowMetrics, 'metrics'>, { metric }: Threshold): boolean =>
  !JOIN_METRICS.has(metric) ||
  aggregate(metrics.measure('join_failures'), { type: 'rate' }) !== undefined;

const resultOf = (
  metrics: MetricReader | null,
  { threshold, source }: SourcedThreshold,
  window: Window | null,
): ThresholdResult => {
  const { metric, selector, aggregation, operator, limit } = threshold;
  const value =
    metrics === null ? undefined : aggregate(metrics.measure(metric, selector), aggregation);
  const known = value !== undefined && Number.isFinite(value);
  const named =
    window === null ? threshold.window : ({ type: 'named', name: window.name } as const);
  return {
    metric: formatTarget({ metric, selector, window: named }),
    expression: formatExpression(threshold),
    window,
    value: known ? value : null,
    ok: known ? holds(value, operator, limit) : null,
    source,
    threshold,
  };
};

/** Why there is no value to compare. */
export const notMeasuredCause = ({ window, threshold }: ThresholdResult): NotMeasured =>
  threshold.window === null || window !== null
    ? 'nothing_measured'
    : threshold.window.type === 'stages'
      ? 'no_stage'
      : 'no_window';

/** Why a verdict is what it is. Times are milliseconds after the start of the run. */
export type Reason =
  /** All joins were rejected, or did not reach a LiveKit. `failure`: the most frequent one. */
  | { code: 'deployment_unreachable'; failed: number; failure: FailureReason | null }
  /** All joins failed for another reason, as when a firewall blocks media. */
  | { code: 'no_participant_joined'; failed: number; failure: FailureReason | null }
  | { code: 'server_died'; at: number }
  | {
      code: 'joins_rejected';
      rejected: number;
      attempted: number;
      byReason: Pick<FailureReason, 'reason' | 'count'>[];
    }
  /** A threshold with `abortOnFail` ended the run. */
  | { code: 'run_aborted'; threshold: AbortingThreshold }
  | { code: 'threshold_crossed'; result: ThresholdResult; mayBeCausedByGenerator: boolean }
  | { code: 'threshold_not_measured'; result: ThresholdResult; cause: NotMeasured }
  | { code: 'generator_impaired'; finding: HealthFinding }
  /** The generator was healthy on the whole, but not in the time in which the thresholds were crossed. */
  | ({ code: 'impaired_at_times' } & ImpairedSummary)
  | { code: 'no_thresholds' }
  | { code: 'participants_unaccounted'; unaccounted: number; planned: number }
  | { code: 'record_truncated' }
  | { code: 'run_cut_short'; cause: EndLine['reason']; at: number; plannedMs: number }
  | { code: 'baseline_regression'; comparison: Comparison }
  | { code: 'baseline_inconclusive'; comparison: Comparison };

/** Why a threshold has no value: nothing was measured, no stage has anything to evaluate (`@*`), or the run has no such window. */
export type NotMeasured = 'nothing_measured' | 'no_stage' | 'no_window';
