import {
  type Aggregation,
  aggregate,
  aggregationKey,
  formatAggregation,
  formatTarget,
  type Labels,
  type MetricName,
  metricDefinition,
  metricNames,
  type Operator,
} from '@livekit-swarm/metrics';
import type { Summary } from '../summary/summary.ts';
import type { ThresholdResult } from '../verdict/threshold-result.ts';
import type { VerdictDecision } from '../verdict/verdict.ts';

/** Run with its summary and verdict. */
export interface MeasuredRun {
  /** Path of the record, as reports show it. */
  name: string;
  summary: Summary;
  decision: VerdictDecision;
}

/** Number of a run of which lower or higher values are better. */
export interface Figure {
  /** Unique key: `media_latency{kind:audio}.p95`. */
  key: string;
  metric: MetricName;
  /** Metric with its labels: `media_latency{kind:audio}`. */
  target: string;
  aggregation: Aggregation;
  better: 'lower' | 'higher';
  /** True if a threshold is defined for the figure. */
  hasThreshold: boolean;
  /** Reads the value of a run; undefined: not measured. */
  read(run: MeasuredRun): number | undefined;
}

/** Metrics of the load generator, not of the server; they are compared only on request. */
const OF_THE_GENERATOR: ReadonlySet<MetricName> = new Set([
  'late_sends',
  'send_errors',
  'socket_drops',
  'late_joins',
  'event_loop_lag',
  'tick_lateness',
  'cpu_cores',
  'cpu_per_packet',
  'resident_memory',
  // This delay consists of retries and lateness of the load generator; join_time includes it.
  'join_start_delay',
]);

/**
 * Figures to compare: first those with a threshold, then those of the catalogue in its order.
 * Metrics with a kind are compared by kind where both were measured: in a sum, video would outweigh
 * audio.
 * @param asked metrics to compare although they describe the load generator
 * @param averaged metrics whose average is compared as well
 */
export const figuresOf = (
  runs: readonly MeasuredRun[],
  asked: ReadonlySet<MetricName> = new Set(),
  averaged: ReadonlySet<MetricName> = new Set(),
): Figure[] => {
  const figures = new Map<string, Figure>();
  const add = (figure: Figure | null): void => {
    if (figure !== null && !figures.has(figure.key)) figures.set(figure.key, figure);
  };
  for (const { decision } of runs)
    for (const result of decision.thresholds) add(figureOfThreshold(result));
  for (const metric of metricNames()) {
    const { better, type } = metricDefinition(metric);
    if (better === 'neither' || (OF_THE_GENERATOR.has(metric) && !asked.has(metric))) continue;
    for (const selector of selectorsOf(metric, runs)) {
      for (const aggregation of [
        ...aggregationsOf(metric, type, runs),
        ...(averaged.has(metric) ? [{ type: 'avg' } as const] : []),
      ])
        add(figureOfMetric(metric, selector, aggregation, better));
    }
  }
  return [...figures.values()];
};

const figureOfMetric = (
  metric: MetricName,
  selector: Labels,
  aggregation: Aggregation,
  better: Figure['better'],
): Figure => {
  const target = formatTarget({ metric, selector, window: null });
  return {
    key: `${target}.${aggregationKey(aggregation)}`,
    metric,
    target,
    aggregation,
    better,
    hasThreshold: false,
    read: ({ summary }) => aggregate(summary.metrics.measure(metric, selector), aggregation),
  };
};

/** Figure with the value of a threshold's result, in the window of the threshold. */
const figureOfThreshold = ({ metric: target, threshold }: ThresholdResult): Figure | null => {
  const { metric, aggregation, operator } = threshold;
  const better = betterOf(metric, operator);
  if (better === null) return null;
  const named = formatAggregation(aggregation);
  return {
    key: `${target}.${aggregationKey(aggregation)}`,
    metric,
    target,
    aggregation,
    better,
    hasThreshold: true,
    read: ({ decision }) =>
      decision.thresholds.find(
        (own) => own.metric === target && formatAggregation(own.threshold.aggregation) === named,
      )?.value ?? undefined,
  };
};

/**
 * Better direction of a figure: from the catalogue, otherwise from the operator of the threshold.
 */
const betterOf = (metric: MetricName, operator: Operator): Figure['better'] | null => {
  const { better } = metricDefinition(metric);
  if (better !== 'neither') return better;
  return operator === '<' || operator === '<='
    ? 'lower'
    : operator === '>' || operator === '>='
      ? 'higher'
      : null;
};

const KINDS = ['audio', 'video'] as const;

const selectorsOf = (metric: MetricName, runs: readonly MeasuredRun[]): Labels[] => {
  if (!metricDefinition(metric).labels.includes('kind')) return [{}];
  const present = KINDS.filter((kind) =>
    runs.some(({ summary }) => summary.metrics.measure(metric, { kind }) !== undefined),
  );
  return present.length < 2 ? [{}] : present.map((kind) => ({ kind }));
};

/**
 * Aggregations by which a metric is compared. Sums are per second where they are known by time,
 * because runs differ in length by a second.
 */
const aggregationsOf = (
  metric: MetricName,
  type: string,
  runs: readonly MeasuredRun[],
): Aggregation[] => {
  switch (type) {
    case 'trend':
      return [
        { type: 'p', percentile: 50 },
        { type: 'p', percentile: 95 },
      ];
    case 'rate':
      return [{ type: 'rate' }];
    case 'gauge':
      return [{ type: 'value' }];
    default: {
      const timed = runs.some(
        ({ summary }) => aggregate(summary.metrics.measure(metric), { type: 'rate' }) !== undefined,
      );
      return [{ type: timed ? 'rate' : 'count' }];
    }
  }
};
