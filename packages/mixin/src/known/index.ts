import { CATALOGUE } from '@livekit-swarm/exporter/catalogue';
import { RECORDINGS } from '../recordings.ts';
import { HAPROXY_METRICS, NODE_METRICS, PROMETHEUS_METRICS, REDIS_METRICS } from './companions.ts';
import type { KnownMetric } from './known-metric.ts';
import { LIVEKIT_LABELS, LIVEKIT_METRICS } from './livekit.ts';

/** One name as it stands in a query: histograms have several. */
export interface KnownSeries {
  /** Who exports it. */
  source: Source;
  type: KnownMetric['type'];
  labels: ReadonlySet<string>;
  appears: 'always' | 'first_use';
  why?: string;
}

export type Source =
  | 'livekit'
  | 'swarm'
  | 'haproxy'
  | 'node'
  | 'redis'
  | 'prometheus'
  | 'recordings';

/** What Prometheus puts on every series, and what people put on targets when they configure it. */
const TARGET_LABELS = ['job', 'instance'] as const;
/** What relabelling puts on probes. */
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
    family === 'probe' ? PROBE_LABELS : [],
  ),
);

/** Labels of a recording are those it is aggregated by; the test with a real Prometheus sees whether they are there. */
const RECORDING_LABELS = ['direction'] as const;

/** Everything that a query may ask for. Whatever is not in here nobody exports. */
export const KNOWN: ReadonlyMap<string, KnownSeries> = new Map([
  ...seriesOf('livekit', LIVEKIT_METRICS, LIVEKIT_LABELS),
  ...catalogue,
  ...seriesOf('haproxy', HAPROXY_METRICS),
  ...seriesOf('node', NODE_METRICS),
  ...seriesOf('redis', REDIS_METRICS),
  ...seriesOf('prometheus', PROMETHEUS_METRICS),
  ...RECORDINGS.map(({ record, labels = {} }): [string, KnownSeries] => [
    record,
    {
      source: 'recordings',
      type: 'gauge',
      labels: new Set([
        ...TARGET_LABELS.slice(0, record.startsWith('job:') ? 1 : 2),
        ...(record.startsWith('instance_direction:') ? RECORDING_LABELS : []),
        ...Object.keys(labels),
      ]),
      appears: 'first_use',
      why: 'what it is calculated from must be there',
    },
  ]),
]);
