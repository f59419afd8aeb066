import {
  aggregate,
  formatExpression,
  formatTarget,
  holds,
  type MetricName,
  type MetricReader,
  type MetricValue,
  type Threshold,
  type Window,
  windowsMeant,
} from '@livekit-swarm/metrics';
import { z } from 'zod';
import { START_SKEW_MS } from '../summary/arrivals.ts';
import type { SkewedSpike, WindowMetrics } from '../summary/summary.ts';
import type { SourcedThreshold } from './default-thresholds.ts';

/**
 * Result of one threshold. `ok` is null if nothing was measured: the threshold is then neither met
 * nor crossed.
 */
export interface ThresholdResult {
  /** Metric with its selector and window: `media_latency{kind:audio}@peak`. */
  metric: string;
  /** Condition on the metric: `p(95)<200`. */
  expression: string;
  /**
   * Evaluated part of the run, with `@*` each stage in turn; null: the whole run, or the run has no
   * such window.
   */
  window: Window | null;
  value: number | null;
  ok: boolean | null;
  /** Reason why a measured value is not judged; `ok` is then null. */
  doubt: ThresholdDoubt | null;
  /**
   * Values that were left out because they compare clocks of hosts that are not known well enough;
   * null: none.
   */
  excluded: ExcludedValues | null;
  /**
   * Possible error of the value for that reason, in the unit of the metric; 0: it uses one clock.
   */
  uncertainty: number;
  source: 'default' | 'user';
  threshold: Threshold;
}

const allowed = {
  value: z.number().describe('Milliseconds.'),
  limit: z.number().describe('Milliseconds that are allowed.'),
};

export const thresholdDoubt = z
  .discriminatedUnion('code', [
    z.object({ code: z.literal('start_skew'), host: z.string(), ...allowed }),
    z.object({ code: z.literal('clock_uncertainty'), ...allowed }),
  ])
  .meta({
    id: 'ThresholdDoubt',
    description:
      'Why a measured value is not judged: a host may have been too early or too late for a spike of arrivals, or all values compare clocks of hosts.',
  });

export type ThresholdDoubt = z.infer<typeof thresholdDoubt>;

export const excludedValues = z
  .object({
    share: z.number().describe('From 0 to 1.'),
    uncertaintyMs: z.number().describe('Largest error of the values.'),
    allowedMs: z.number(),
  })
  .meta({
    id: 'ExcludedValues',
    description: 'Values that were left out, as they compare clocks of hosts.',
  });

export type ExcludedValues = z.infer<typeof excludedValues>;

/**
 * Reasons for which a threshold has no value: nothing was measured, no stage has anything to
 * evaluate (`@*`), or the run has no such window.
 */
export const notMeasured = z.enum(['nothing_measured', 'no_stage', 'no_window']);

export type NotMeasured = z.infer<typeof notMeasured>;

/** Part of a limit to which clocks must be known: a latency between hosts is judged only then. */
const ALLOWED_UNCERTAINTY = 1 / 5;

/**
 * Metrics that depend on how precisely participants arrive at the same time. In a stage without
 * scheduled joins they have nothing to evaluate.
 */
const JOIN_METRICS: ReadonlySet<MetricName> = new Set([
  'join_time',
  'join_start_delay',
  'token_time',
  'signal_time',
  'ice_time',
  'first_media_time',
  'first_decrypted_time',
  'join_failures',
  'join_retries',
]);

/** Measurements on which thresholds are evaluated. */
export interface Measured {
  metrics: MetricReader;
  windows: readonly Pick<WindowMetrics, 'window' | 'metrics'>[];
  skewedSpikes?: readonly SkewedSpike[];
}

/**
 * Evaluates a threshold: one result, or with `@*` one for each stage. There is always at least one,
 * so that no threshold is met because it has nothing to evaluate.
 */
export const evaluate = (
  { metrics, windows: all, skewedSpikes = [] }: Measured,
  sourced: SourcedThreshold,
): ThresholdResult[] => {
  const { threshold } = sourced;
  const result = (of: MetricReader | null, window: Window | null): ThresholdResult =>
    resultOf(of, sourced, window, skewDoubt(skewedSpikes, threshold, window));
  if (threshold.window === null) return [result(metrics, null)];
  const windows = windowsMeant(
    threshold.window,
    all.map(({ window }) => window),
  ).flatMap((window) => all.find((one) => sameWindow(one.window, window)) ?? []);
  const evaluated =
    threshold.window.type === 'stages'
      ? windows.filter((one) => concerns(one, threshold))
      : windows;
  if (evaluated.length === 0) return [result(null, null)];
  return evaluated.map(({ window, metrics: inWindow }) => result(inWindow, window));
};

const sameWindow = (a: Window, b: Window): boolean =>
  a.name === b.name && a.fromMs === b.fromMs && a.toMs === b.toMs;

const concerns = ({ metrics }: Pick<WindowMetrics, 'metrics'>, { metric }: Threshold): boolean =>
  !JOIN_METRICS.has(metric) ||
  aggregate(metrics.measure('join_failures'), { type: 'rate' }) !== undefined;

/** Doubt about evaluated arrivals; null: no host was too early or too late for them. */
const skewDoubt = (
  spikes: readonly SkewedSpike[],
  { metric }: Threshold,
  window: Window | null,
): ThresholdDoubt | null => {
  if (!JOIN_METRICS.has(metric)) return null;
  const isIn = ({ atMs }: SkewedSpike): boolean =>
    window === null || (window.fromMs <= atMs && atMs < window.toMs);
  const [first, ...others] = spikes.filter(isIn);
  if (first === undefined) return null;
  const { host, skewMs } = others.reduce((a, b) => (b.skewMs > a.skewMs ? b : a), first);
  return { code: 'start_skew', host, value: skewMs, limit: START_SKEW_MS };
};

const resultOf = (
  metrics: MetricReader | null,
  { threshold, source }: SourcedThreshold,
  window: Window | null,
  skew: ThresholdDoubt | null,
): ThresholdResult => {
  const { metric, selector, aggregation, operator, limit } = threshold;
  const all = metrics?.measure(metric, selector);
  // A number of values has no uncertainty.
  const allowedMs =
    aggregation.type === 'count'
      ? Number.POSITIVE_INFINITY
      : Math.max(0, limit) * ALLOWED_UNCERTAINTY;
  const judged = metrics?.measure(metric, selector, allowedMs);
  const excluded = excludedOf(all, judged, allowedMs);
  const doubt: ThresholdDoubt | null =
    excluded?.share === 1
      ? { code: 'clock_uncertainty', value: excluded.uncertaintyMs, limit: allowedMs }
      : skew;
  const shown = excluded?.share === 1 ? all : judged;
  const value = aggregate(shown, aggregation);
  const known = value !== undefined && Number.isFinite(value);
  const named =
    window === null ? threshold.window : ({ type: 'named', name: window.name } as const);
  return {
    metric: formatTarget({ metric, selector, window: named }),
    expression: formatExpression(threshold),
    window,
    value: known ? value : null,
    ok: known && doubt === null ? holds(value, operator, limit) : null,
    doubt: known ? doubt : null,
    excluded,
    uncertainty: shown?.type === 'trend' && aggregation.type !== 'count' ? shown.uncertaintyMs : 0,
    source,
    threshold,
  };
};

const excludedOf = (
  all: MetricValue | undefined,
  judged: MetricValue | undefined,
  allowedMs: number,
): ExcludedValues | null => {
  if (all?.type !== 'trend' || all.uncertaintyMs <= allowedMs || all.sketch.count === 0)
    return null;
  const left = judged?.type === 'trend' ? judged.sketch.count : 0;
  const { uncertaintyMs } = all;
  return { share: 1 - left / all.sketch.count, uncertaintyMs, allowedMs };
};

/** Reason why a threshold has no value to compare. */
export const notMeasuredCause = ({ window, threshold }: ThresholdResult): NotMeasured =>
  threshold.window === null || window !== null
    ? 'nothing_measured'
    : threshold.window.type === 'stages'
      ? 'no_stage'
      : 'no_window';
