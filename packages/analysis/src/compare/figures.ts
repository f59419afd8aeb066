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

/** A run with its summary and verdict. */
export interface MeasuredRun {
  /** Where its record is, for reports. */
  name: string;
  summary: Summary;
  decision: VerdictDecision;
}

/** One number of a run for which lower or higher is better. */
export interface Figure {
  /** `media_latency{kind:audio}.p95`: unique. */
  key: string;
  metric: MetricName;
  /** `media_latency{kind:audio}`. */
  target: string;
  aggregation: Aggregation;
  better: 'lower' | 'higher';
  /** A threshold is defined for it. */
  hasThreshold: boolean;
  /** Undefined where it was not measured. */
  read(run: MeasuredRun): number | undefined;
}

/** Metrics of the load generator, not of the server: compared only on request. */
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
  // Retries and lateness of the load generator; join_time includes it.
  'join_start_delay',
]);

/**
 * The figures to compare: those with a threshold first, then the catalogue in its order. Metrics
 * with a kind are compared by kind where both were measured: in a sum, video would outweigh audio.
 * @param asked metrics to compare although they describe the load generator
 */
export const figuresOf = (
  runs: readonly MeasuredRun[],
  asked: ReadonlySet<MetricName> = new Set(),
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
      for (const aggregation of aggregationsOf(metric, type, runs))
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

/** The value is that of the threshold's result, with its window. */
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

/** The direction of the limit, where the catalogue has none. */
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

/** Sums per second where they are known by time: runs differ by a second in length. */
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
