import type { Snapshot, SnapshotValue } from '@livekit-swarm/catalogue/registry';
import {
  type MetricName,
  type MetricValue,
  metricDefinition,
  metricNames,
} from '@livekit-swarm/metrics';
import { finite } from '../format.ts';
import { thresholdName } from '../phrases/limits.ts';
import type { Reporter } from '../reporter.ts';
import {
  exitCodeOf,
  isRun,
  nameOf,
  type Outcome,
  type ReportInput,
  verdictOf,
} from './report-input.ts';
import { uniqueNames } from './unique-names.ts';

type Labels = Record<string, string | number>;

const PREFIX = 'livekit_swarm_result';
const QUANTILES = [0.5, 0.9, 0.95, 0.99] as const;

/**
 * Results as OpenMetrics 1.0, a label `scenario` for each run: for GitLab's metrics reports, a
 * Pushgateway, or the textfile collector of node_exporter. Base units; labels are bounded.
 */
async function* renderOpenMetrics(outcomes: readonly Outcome[]): AsyncGenerator<string> {
  const { mergeSnapshots, render } = await import('@livekit-swarm/catalogue/registry');
  const names = uniqueNames(outcomes.map(nameOf));
  const snapshots = outcomes.flatMap((outcome, index) =>
    snapshotsOf(outcome, { scenario: names[index] ?? '' }),
  );
  const { body } = await render(mergeSnapshots(snapshots).map(rounded), 'openmetrics');
  yield body;
}

export const openMetricsReporter = {
  about: "figures as OpenMetrics, for GitLab's metrics report, a Pushgateway or node_exporter",
  fileName: 'metrics.txt',
  several: true,
  render: renderOpenMetrics,
} as const satisfies Reporter<readonly Outcome[]>;

/** Six digits are more than any figure is worth; counts stay exact. */
const rounded = (snapshot: Snapshot): Snapshot => ({
  ...snapshot,
  values: snapshot.values.map((one) => ({
    ...one,
    value: Number.isSafeInteger(one.value) ? one.value : (finite(one.value) ?? Number.NaN),
  })),
});

const snapshotsOf = (outcome: Outcome, scenario: Labels): Snapshot[] => {
  const verdict = verdictOf(outcome);
  return [
    gauge(
      'verdict',
      '1 for the verdict of the run, 0 for the others',
      (['passed', 'failed', 'inconclusive'] as const).map((one) => ({
        labels: { ...scenario, verdict: one },
        value: one === verdict ? 1 : 0,
      })),
    ),
    gauge('exit_code', 'Exit code of the run', [{ labels: scenario, value: exitCodeOf(outcome) }]),
    ...(isRun(outcome)
      ? [...thresholdsOf(outcome, scenario), ...figuresOf(outcome, scenario)]
      : []),
  ];
};

/** A threshold that was not judged has no series: it is neither met nor crossed. */
const thresholdsOf = ({ decision }: ReportInput, scenario: Labels): Snapshot[] => [
  gauge(
    'threshold_met',
    '1 where a threshold was met, 0 where it was crossed',
    [...new Map(decision.thresholds.map((result) => [thresholdName(result), result.ok]))].flatMap(
      ([threshold, ok]) =>
        ok === null ? [] : [{ labels: { ...scenario, threshold }, value: ok ? 1 : 0 }],
    ),
  ),
];

const figuresOf = ({ summary }: ReportInput, scenario: Labels): Snapshot[] =>
  metricNames().flatMap((name) => {
    const value = summary.metrics.measure(name);
    return value === undefined ? [] : [figureOf(name, value, scenario)];
  });

/** Suffix of a name, and base units per unit. */
const UNITS: Partial<Record<string, readonly [suffix: string, factor: number]>> = {
  ms: ['_seconds', 1e-3],
  µs: ['_seconds', 1e-6],
  ratio: ['_ratio', 1],
  bytes: ['_bytes', 1],
  cores: ['_cores', 1],
  'bit/s': ['_bits_per_second', 1],
};

const figureOf = (metric: MetricName, value: MetricValue, scenario: Labels): Snapshot => {
  const { unit, description } = metricDefinition(metric);
  const [suffix, factor] = UNITS[unit] ?? ['', 1];
  const name = metric.endsWith(suffix) ? metric : `${metric}${suffix}`;
  const help = `${description.charAt(0).toUpperCase()}${description.slice(1)}`;
  switch (value.type) {
    case 'trend':
      return summaryOf(name, help, value.sketch, factor, scenario);
    case 'rate':
      return gauge(
        name,
        help,
        value.total > 0 ? [{ labels: scenario, value: value.hits / value.total }] : [],
      );
    case 'counter':
      return {
        ...{ name: `${PREFIX}_${name}_total`, help, type: 'counter', aggregator: 'sum' },
        values: [{ labels: scenario, value: value.count * factor }],
      };
    case 'gauge':
      return gauge(
        name,
        help,
        (['avg', 'min', 'max'] as const).map((aggregation) => ({
          labels: { ...scenario, aggregation },
          value: value[aggregation] * factor,
        })),
      );
  }
};

const summaryOf = (
  name: string,
  help: string,
  sketch: Extract<MetricValue, { type: 'trend' }>['sketch'],
  factor: number,
  scenario: Labels,
): Snapshot => {
  const full = `${PREFIX}_${name}`;
  return {
    ...{ name: full, help, type: 'summary', aggregator: 'omit' },
    values:
      sketch.count === 0
        ? []
        : [
            ...QUANTILES.map((quantile) => ({
              labels: { ...scenario, quantile },
              value: (sketch.quantile(quantile) ?? Number.NaN) * factor,
            })),
            { labels: scenario, value: sketch.sum * factor, metricName: `${full}_sum` },
            { labels: scenario, value: sketch.count, metricName: `${full}_count` },
          ],
  };
};

const gauge = (name: string, help: string, values: SnapshotValue[]): Snapshot => ({
  ...{ name: `${PREFIX}_${name}`, help, type: 'gauge', aggregator: 'omit' },
  values,
});
