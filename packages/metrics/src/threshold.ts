import { type Aggregation, formatAggregation } from './aggregation.ts';
import type { Labels, MetricName } from './metrics.ts';
import { formatWindow, type WindowRef } from './window-ref.ts';

export type Operator = '<' | '<=' | '>' | '>=' | '==' | '!=';

/**
 * Condition on a metric. `limit` is in the metric's unit: milliseconds, a ratio from 0 to 1, a
 * count.
 */
export interface Threshold {
  metric: MetricName;
  selector: Labels;
  /** Part of the run in which the metric is evaluated; null: the whole run. */
  window: WindowRef | null;
  aggregation: Aggregation;
  operator: Operator;
  limit: number;
  /**
   * Ends the run as soon as the threshold is crossed, but not before `afterMs`, ms after the start;
   * null: evaluated at the end of the run.
   */
  abortOnFail: { afterMs: number } | null;
}

/**
 * Text that `parseThreshold` reads back as the same threshold: `jitter{kind:audio}@peak: p(95)<30
 * abortOnFail after 10s`.
 */
export const formatThreshold = (threshold: Threshold): string => {
  const { abortOnFail } = threshold;
  const after =
    abortOnFail === null || abortOnFail.afterMs === 0
      ? ''
      : ` after ${formatExactly(abortOnFail.afterMs)}`;
  return `${formatTarget(threshold)}: ${formatExpression(threshold)}${abortOnFail === null ? '' : ` abortOnFail${after}`}`;
};

/** Text of metric, selector and window: `media_latency{kind:audio}@peak`. */
export const formatTarget = ({
  metric,
  selector,
  window,
}: Pick<Threshold, 'metric' | 'selector' | 'window'>): string => {
  const labels = Object.entries(selector).map(([label, value]) => `${label}:${value}`);
  return `${metric}${labels.length === 0 ? '' : `{${labels.join(',')}}`}${window === null ? '' : `@${formatWindow(window)}`}`;
};

/** Text of the expression: `p(95)<200`. */
export const formatExpression = ({ aggregation, operator, limit }: Threshold): string =>
  `${formatAggregation(aggregation)}${operator}${limit}`;

/** Returns true if `value operator limit` holds. */
export const holds = (value: number, operator: Operator, limit: number): boolean => {
  switch (operator) {
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
    case '==':
      return value === limit;
    case '!=':
      return value !== limit;
  }
};

const formatExactly = (ms: number): string => (ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`);
