import { CATALOGUE, PUSH_LABEL } from '@livekit-swarm/catalogue';
import { EXAMPLE_CAPACITY } from '../capacity.ts';
import { selectingLabels } from '../config/job-selector.ts';
import type { Names } from '../config/names.ts';
import { recordings } from '../recordings.ts';
import { SHIPPED } from '../shipped.ts';
import {
  BLACKBOX_METRICS,
  EGRESS_METRICS,
  HAPROXY_METRICS,
  NODE_METRICS,
  PROMETHEUS_METRICS,
  REDIS_METRICS,
  SIP_METRICS,
} from './exporters.ts';
import type { KnownMetric } from './known-metric.ts';
import { LIVEKIT_LABELS, LIVEKIT_METRICS } from './livekit.ts';

/** Name of a series in queries; a histogram has several. */
export interface KnownSeries {
  /** Program that exports it. */
  source: Source;
  type: KnownMetric['type'];
  labels: ReadonlySet<string>;
  appears: 'always' | 'first_use';
  why?: string;
}

export type Source =
  | 'livekit'
  | 'egress'
  | 'sip'
  | 'swarm'
  | 'haproxy'
  | 'node'
  | 'redis'
  | 'blackbox'
  | 'prometheus'
  | 'recordings';

/** Labels that Prometheus adds to every series. */
const TARGET_LABELS = ['job', 'instance'] as const;
/** Labels that relabelling adds to probes. */
const PROBE_LABELS = ['target', 'module', 'node'] as const;

const seriesOf = (
  source: Source,
  metrics: Readonly<Record<string, KnownMetric>>,
  more: readonly string[] = [],
): [string, KnownSeries][] =>
  Object.entries(metrics).flatMap(([name, { type, labels, appears, why }]) => {
    const entry = (extra: readonly string[]): KnownSeries => ({
      source,
      type,
      labels: new Set([...TARGET_LABELS, ...more, ...labels, ...extra]),
      appears,
      ...(why === undefined ? {} : { why }),
    });
    if (type === 'histogram') {
      return [
        [`${name}_bucket`, entry(['le'])],
        [`${name}_sum`, entry([])],
        [`${name}_count`, entry([])],
      ];
    }
    return [[name, entry(type === 'summary' ? ['quantile'] : [])]];
  });

const catalogue = Object.entries(CATALOGUE).flatMap(([family, entries]) =>
  seriesOf(
    'swarm',
    Object.fromEntries(entries.map(({ name, ...entry }) => [name, entry])),
    family === 'probe' ? PROBE_LABELS : family === 'run' ? [PUSH_LABEL] : [],
  ),
);

/** All series that queries may use, with these label names. */
export const knownSeries = (names: Names): ReadonlyMap<string, KnownSeries> => {
  const { cluster, node, host, config } = names;
  const { keep } = config.labels;
  /** Labels in the selectors of jobs. */
  const selecting = Object.values(config.jobs).flatMap((job) => selectingLabels(job ?? ''));
  return new Map(
    [
      ...seriesOf('livekit', LIVEKIT_METRICS, [...LIVEKIT_LABELS, node, ...keep]),
      ...catalogue,
      ...seriesOf('haproxy', HAPROXY_METRICS),
      ...seriesOf('node', NODE_METRICS, [host]),
      ...seriesOf('redis', REDIS_METRICS),
      ...seriesOf('egress', EGRESS_METRICS),
      ...seriesOf('sip', SIP_METRICS),
      ...seriesOf('blackbox', BLACKBOX_METRICS),
      ...seriesOf('prometheus', PROMETHEUS_METRICS, [node, ...keep]),
      ...recordings(names, EXAMPLE_CAPACITY).map(({ record, by }): [string, KnownSeries] => [
        record,
        {
          source: 'recordings',
          type: 'gauge',
          labels: new Set(by.split(', ')),
          appears: 'first_use',
          why: 'when the series it is calculated from exist',
        },
      ]),
    ].map(([name, series]) => [
      name,
      series.source === 'recordings'
        ? series
        : { ...series, labels: new Set([...series.labels, cluster, ...selecting]) },
    ]),
  );
};

/** All series with the label names of the default variant. */
export const KNOWN: ReadonlyMap<string, KnownSeries> = knownSeries(SHIPPED);
