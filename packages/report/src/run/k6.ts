import { createHash } from 'node:crypto';
import { aggregate, type MetricValue, metricNames } from '@livekit-swarm/metrics';
import { finiteDeep } from '../format.ts';
import { thresholdName } from '../phrases/limits.ts';
import type { Reporter } from '../reporter.ts';
import { measuredByThreshold } from './measured-thresholds.ts';
import { isRun, type Outcome, type ReportInput, verdictOf } from './report-input.ts';

/** A check of k6 that was made `passes` + `fails` times. */
interface Check {
  name: string;
  path: string;
  id: string;
  passes: number;
  fails: number;
}

/** Figures of a metric, with the names that k6 has for them; `thresholds`: true where crossed. */
type Metric = Record<string, number | Record<string, boolean> | undefined> & {
  thresholds?: Record<string, boolean>;
};

/**
 * Result of one run as `k6 run --summary-export` writes it. Metrics are those of this project; the
 * ones that k6 itself has, and that readers of such files look for, are added under k6's names.
 */
const renderK6 = (outcome: Outcome): string => {
  const checks = checksOf(outcome);
  const passes = checks.filter(({ fails }) => fails === 0).length;
  const summary = {
    root_group: {
      ...{ name: '', path: '', id: idOf(''), groups: {} },
      checks: Object.fromEntries(checks.map((check) => [check.name, check])),
    },
    metrics: {
      ...(isRun(outcome) ? metricsOf(outcome) : {}),
      checks: { passes, fails: checks.length - passes, value: passes / checks.length },
    },
  };
  return `${JSON.stringify(finiteDeep(summary), null, 2)}\n`;
};

export const k6Reporter = {
  about: "k6's summary (--summary-export), for GitLab's load performance report and scripts",
  fileName: 'k6-summary.json',
  several: false,
  render: ([outcome]: readonly Outcome[]) => (outcome === undefined ? null : renderK6(outcome)),
} as const satisfies Reporter<readonly Outcome[]>;

/** The verdict, and each threshold. A threshold that was not judged is not a check that passed. */
const checksOf = (outcome: Outcome): Check[] => [
  checkOf('verdict: passed', verdictOf(outcome) === 'passed'),
  ...(isRun(outcome)
    ? outcome.decision.thresholds.map((result) =>
        checkOf(thresholdName(result), result.ok === true),
      )
    : []),
];

const checkOf = (name: string, passed: boolean): Check => {
  const path = `::${name}`;
  return { name, path, id: idOf(path), passes: passed ? 1 : 0, fails: passed ? 0 : 1 };
};

/** Identifier that k6 gives to a group or check: the MD5 of its path. */
const idOf = (path: string): string => createHash('md5').update(path).digest('hex');

const metricsOf = (run: ReportInput): Record<string, Metric> => {
  const metrics: Record<string, Metric> = { ...metricsOfK6(run) };
  for (const name of metricNames()) {
    const figures = figuresOf(run.summary.metrics.measure(name));
    if (figures !== null) metrics[name] = figures;
  }
  for (const result of run.decision.thresholds) {
    const { metric, expression, ok } = result;
    const own = metrics[metric] ?? figuresOf(measuredByThreshold(run, result)) ?? {};
    metrics[metric] = { ...own, thresholds: { ...own.thresholds, [expression]: ok !== true } };
  }
  return metrics;
};

/**
 * k6's own metrics, of what they count for signalling: the WebSocket handshake of a join attempt is
 * an HTTP request, whose answer is the server's.
 */
const metricsOfK6 = ({ summary }: ReportInput): Record<string, Metric> => {
  const { metrics, joins, plan, end } = summary;
  const seconds = (end?.at ?? 0) / 1_000;
  const retries = aggregate(metrics.measure('join_retries'), { type: 'count' }) ?? 0;
  const requests = joins.joined + joins.failed + retries;
  const own: Record<string, Metric | null> = {
    http_reqs: { count: requests, rate: seconds > 0 ? requests / seconds : 0 },
    http_req_waiting: figuresOf(metrics.measure('signal_time')),
    http_req_failed: figuresOf(metrics.measure('join_failures')),
    // The one that scripts read most. Nothing of a request is sent or received after the answer.
    http_req_duration: figuresOf(metrics.measure('signal_time')),
    data_received: figuresOf(metrics.measure('bytes_received')),
    data_sent: figuresOf(metrics.measure('bytes_sent')),
    vus_max: { value: plan.participants, min: plan.participants, max: plan.participants },
  };
  return Object.fromEntries(
    Object.entries(own).flatMap(([name, metric]) => (metric === null ? [] : [[name, metric]])),
  );
};

/**
 * Figures of a value under k6's names: milliseconds, shares from 0 to 1, amounts and amounts per
 * second. Null: not measured.
 */
const figuresOf = (value: MetricValue | undefined): Metric | null => {
  switch (value?.type) {
    case undefined:
      return null;
    case 'trend': {
      const { sketch } = value;
      if (sketch.count === 0) return null;
      return {
        avg: sketch.avg,
        min: sketch.min,
        med: sketch.quantile(0.5),
        max: sketch.max,
        'p(90)': sketch.quantile(0.9),
        'p(95)': sketch.quantile(0.95),
        'p(99)': sketch.quantile(0.99),
        count: sketch.count,
      };
    }
    case 'rate':
      if (value.total <= 0) return null;
      return {
        passes: value.hits,
        fails: value.total - value.hits,
        value: value.hits / value.total,
      };
    case 'counter':
      return { count: value.count, rate: value.perSecond ?? 0 };
    case 'gauge':
      return { value: value.avg, min: value.min, max: value.max };
  }
};
