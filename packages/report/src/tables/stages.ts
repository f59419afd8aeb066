import type { Summary } from '@livekit-swarm/analysis';
import {
  type Aggregation,
  aggregate,
  type MetricName,
  type MetricReader,
} from '@livekit-swarm/metrics';
import { formatNumber } from '@livekit-swarm/settings';
import { formatCount, formatMs, formatShare, formatTime } from '../format.ts';
import type { TableData } from '../table.ts';

const P95: Aggregation = { type: 'p', percentile: 95 };
const RATE: Aggregation = { type: 'rate' };

/** The same figures of each stage and each named window. No rows for a run without them. */
export const stageTable = ({ windows, scenario }: Summary): TableData => {
  const several = scenario.groups.length > 1;
  const shown = windows.filter(
    ({ window }) => window.source !== 'builtin' && !/\.\./.test(window.name),
  );
  return {
    head: [
      '',
      'from',
      'to',
      'joined',
      'failed',
      'join p95',
      '↓ pkt/s',
      'loss',
      'jitter p95',
      'latency p95',
    ],
    rows: shown.map(({ window: { name, group, fromMs, toMs }, metrics }) => [
      several && group !== undefined ? `${group}: ${name}` : name,
      formatTime(fromMs),
      formatTime(toMs),
      ...joins(metrics),
      formatMs(figure(metrics, 'join_time', P95)),
      formatCount(rounded(figure(metrics, 'packets_received', RATE))),
      formatShare(figure(metrics, 'packet_loss', RATE)),
      formatMs(figure(metrics, 'jitter', P95)),
      formatMs(figure(metrics, 'media_latency', P95)),
    ]),
    left: [0],
  };
};

/** `–` where no join was attempted. */
const joins = (metrics: MetricReader): [joined: string, failed: string] => {
  const failures = metrics.measure('join_failures');
  return failures?.type === 'rate' && failures.total > 0
    ? [formatNumber(failures.total - failures.hits), formatNumber(failures.hits)]
    : ['–', '–'];
};

const figure = (
  metrics: MetricReader,
  metric: MetricName,
  aggregation: Aggregation,
): number | null => aggregate(metrics.measure(metric), aggregation) ?? null;

const rounded = (value: number | null): number | null =>
  value === null ? null : Math.round(value);
