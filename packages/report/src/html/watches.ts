import type { Judgement, Watch } from '@livekit-swarm/analysis';
import type { Aggregation, Labels, MetricName } from '@livekit-swarm/metrics';

export const RATE: Aggregation = { type: 'rate' };
export const MAX: Aggregation = { type: 'max' };
export const percentile = (p: number): Aggregation => ({ type: 'p', percentile: p });

export const watch = (
  metric: MetricName,
  selector: Labels = {},
  aggregation: Aggregation = RATE,
): Watch => ({
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

/** Everything that is drawn over time. */
const DRAWN: readonly Watch[] = [
  ...KINDS.flatMap((kind) => [
    ...BY_KIND.map((metric) => watch(metric, { kind })),
    ...[50, 95, 99].map((p) => watch('media_latency', { kind }, percentile(p))),
    ...[50, 95].flatMap((p) => [
      watch('jitter', { kind }, percentile(p)),
      watch('uplink_jitter', { kind }, percentile(p)),
    ]),
    watch('gaps', { kind }),
  ]),
  watch('packet_loss'),
  watch('bytes_received'),
  watch('bytes_sent'),
  watch('media_latency', {}, percentile(95)),
  watch('jitter', {}, percentile(95)),
  watch('gaps'),
  watch('join_time', {}, percentile(50)),
  watch('join_time', {}, percentile(95)),
  watch('rtt', { direction: 'up' }, percentile(95)),
  watch('rtt', { direction: 'down' }, percentile(95)),
  watch('nacks_sent'),
  watch('nacks_received'),
  watch('plis_sent'),
  watch('plis_received'),
  watch('rtx_packets', { direction: 'up' }),
  watch('rtx_packets', { direction: 'down' }),
  watch('layer_switches'),
  watch('data_messages_sent'),
  watch('data_messages_received'),
  watch('data_loss'),
  watch('data_latency', {}, percentile(50)),
  watch('data_latency', {}, percentile(95)),
  watch('event_loop_lag', {}, MAX),
  watch('tick_late', {}, MAX),
  watch('late_sends'),
  watch('send_errors'),
  watch('socket_drops'),
];

/** What the page needs of the history: its charts, and whatever the run is judged by. */
export const watchesOf = ({ thresholds }: Judgement): Watch[] => [
  ...DRAWN,
  ...thresholds.map(({ threshold }) =>
    watch(threshold.metric, threshold.selector, threshold.aggregation),
  ),
];
