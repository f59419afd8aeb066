import type { SeriesQuery, VerdictDecision } from '@livekit-swarm/analysis';
import type { Aggregation, Labels, MetricName } from '@livekit-swarm/metrics';

export const RATE: Aggregation = { type: 'rate' };
export const MAX: Aggregation = { type: 'max' };
export const percentile = (p: number): Aggregation => ({ type: 'p', percentile: p });

export const seriesQuery = (
  metric: MetricName,
  selector: Labels = {},
  aggregation: Aggregation = RATE,
): SeriesQuery => ({
  metric,
  selector,
  aggregation,
});

const KINDS = ['audio', 'video'] as const;

const BY_KIND: readonly MetricName[] = [
  'bytes_received',
  'bytes_sent',
  'packet_loss',
  'packet_loss_before_recovery',
  'uplink_loss',
  'uplink_loss_before_recovery',
];

/** All that the charts draw. */
const CHARTED: readonly SeriesQuery[] = [
  ...KINDS.flatMap((kind) => [
    ...BY_KIND.map((metric) => seriesQuery(metric, { kind })),
    ...[50, 95, 99].map((p) => seriesQuery('media_latency', { kind }, percentile(p))),
    ...[50, 95].flatMap((p) => [
      seriesQuery('jitter', { kind }, percentile(p)),
      seriesQuery('uplink_jitter', { kind }, percentile(p)),
    ]),
    seriesQuery('media_interruptions', { kind }),
  ]),
  seriesQuery('packet_loss'),
  seriesQuery('bytes_received'),
  seriesQuery('bytes_sent'),
  seriesQuery('media_latency', {}, percentile(95)),
  seriesQuery('jitter', {}, percentile(95)),
  seriesQuery('media_interruptions'),
  seriesQuery('join_time', {}, percentile(50)),
  seriesQuery('join_time', {}, percentile(95)),
  seriesQuery('rtt', { direction: 'up' }, percentile(95)),
  seriesQuery('rtt', { direction: 'down' }, percentile(95)),
  seriesQuery('nacks_sent'),
  seriesQuery('nacks_received'),
  seriesQuery('plis_sent'),
  seriesQuery('plis_received'),
  seriesQuery('rtx_packets', { direction: 'up' }),
  seriesQuery('rtx_packets', { direction: 'down' }),
  seriesQuery('layer_switches'),
  seriesQuery('data_messages_sent'),
  seriesQuery('data_messages_received'),
  seriesQuery('data_loss'),
  seriesQuery('data_latency', {}, percentile(50)),
  seriesQuery('data_latency', {}, percentile(95)),
  seriesQuery('event_loop_lag', {}, MAX),
  seriesQuery('tick_lateness', {}, MAX),
  seriesQuery('late_sends'),
  seriesQuery('send_errors'),
  seriesQuery('socket_drops'),
];

/** What the page needs of the history: the series of its charts and of the thresholds. */
export const seriesQueriesOf = ({ thresholds }: VerdictDecision): SeriesQuery[] => [
  ...CHARTED,
  ...thresholds.map(({ threshold }) =>
    seriesQuery(threshold.metric, threshold.selector, threshold.aggregation),
  ),
];
