import type { History, Judgement } from '@livekit-swarm/analysis';
import type { MetricName } from '@livekit-swarm/metrics';
import { MAX, percentile, watch } from '../watches.ts';
import { type Builder, builderOf, type Chart, type Look } from './builder.ts';
import type { SeriesData } from './chart-data.ts';

export interface ChartGroup {
  title: string;
  charts: Chart[];
}

/** All charts that have something to show. */
export const chartGroups = (history: History, judgement: Judgement): ChartGroup[] => {
  const make = builderOf(history, judgement);
  const groups: ChartGroup[] = [
    { title: 'The crowd', charts: crowd(make) },
    { title: 'What people received', charts: received(make) },
    { title: 'What people sent', charts: sent(make) },
    { title: 'How loss was met', charts: recovery(make) },
    { title: 'The tester itself', charts: tester(make) },
  ];
  return groups
    .map(({ title, charts }) => ({
      title,
      charts: charts.filter(({ series }) => series.length > 0),
    }))
    .filter(({ charts }) => charts.length > 0);
};

const crowd = ({ chart, line, watched, perSecond }: Builder): Chart[] => [
  chart('in', 'People in', 'Connected, with media', 'count', [line('in', 'in', 'plain', 'area')]),
  chart('joins', 'Joins', 'Each second', 'perSecond', [
    perSecond('joined', 'joined', 'good', 'solid'),
    perSecond('join_retry', 'tried again', 'unsure', 'dashed'),
    perSecond('join_failed', 'failed', 'bad', 'solid'),
  ]),
  chart(
    'join-time',
    'Join time',
    'By when the join was due',
    'ms',
    [
      watched(watch('join_time', {}, percentile(50)), 'p50', 'plain', 'thin'),
      watched(watch('join_time', {}, percentile(95)), 'p95', 'plain', 'solid'),
    ],
    'join_time',
  ),
  chart('comebacks', 'Connections lost and found', 'Each second', 'perSecond', [
    perSecond('signal_lost', 'lost', 'bad', 'solid'),
    perSecond('resumed', 'resumed', 'good', 'solid'),
    perSecond('reconnected', 'reconnected', 'good', 'dashed'),
    perSecond('rejoined', 'joined anew', 'good', 'thin'),
    perSecond('disconnected', 'given up', 'bad', 'dashed'),
  ]),
];

const KINDS = ['audio', 'video'] as const;

const received = ({ chart, watched, bits, heights, line }: Builder): Chart[] => [
  chart(
    'bits-down',
    'Bit rate received',
    'RTP payload',
    'bits',
    KINDS.map((kind) => bits('bytes_received', kind)),
  ),
  chart(
    'loss-down',
    'Loss received',
    'Dashed: before retransmissions',
    'share',
    KINDS.flatMap((kind) => [
      watched(watch('packet_loss', { kind }), kind, kind, 'solid'),
      watched(watch('packet_loss_before_recovery', { kind }), `${kind}, at first`, kind, 'dashed'),
    ]),
    'packet_loss',
  ),
  chart(
    'latency',
    'Latency',
    'From the publisher’s clock to arrival',
    'ms',
    percentiles(watched, 'media_latency', [50, 95, 99]),
    'media_latency',
  ),
  chart(
    'jitter-down',
    'Jitter received',
    'RFC 3550',
    'ms',
    percentiles(watched, 'jitter', [50, 95]),
    'jitter',
  ),
  chart(
    'gaps',
    'Freezes',
    'Tracks that stood still for more than half a second',
    'perSecond',
    KINDS.map((kind) => watched(watch('gaps', { kind }), kind, kind, 'solid')),
  ),
  chart(
    'layers-down',
    'Picture sizes received',
    'Tracks by height',
    'count',
    heights('down'),
    null,
    true,
  ),
  chart('tracks-down', 'Tracks received', '', 'count', [
    ...KINDS.map((kind) => line(`tracks down ${kind}`, kind, kind, 'solid')),
    line('tracks down data', 'data', 'data', 'solid'),
  ]),
  chart('data', 'Data messages', 'Each second', 'perSecond', [
    watched(watch('data_messages_sent'), 'sent', 'data', 'thin'),
    watched(watch('data_messages_received'), 'received', 'data', 'solid'),
  ]),
  chart('data-latency', 'Latency of data', '', 'ms', [
    watched(watch('data_latency', {}, percentile(50)), 'p50', 'data', 'thin'),
    watched(watch('data_latency', {}, percentile(95)), 'p95', 'data', 'solid'),
  ]),
];

const sent = ({ chart, watched, bits, heights }: Builder): Chart[] => [
  chart(
    'bits-up',
    'Bit rate sent',
    'RTP payload, all layers',
    'bits',
    KINDS.map((kind) => bits('bytes_sent', kind)),
  ),
  chart(
    'loss-up',
    'Loss sent',
    'As the server reports it; dashed: before retransmissions',
    'share',
    KINDS.flatMap((kind) => [
      watched(watch('uplink_loss', { kind }), kind, kind, 'solid'),
      watched(watch('uplink_loss_before_recovery', { kind }), `${kind}, at first`, kind, 'dashed'),
    ]),
    'uplink_loss',
  ),
  chart(
    'jitter-up',
    'Jitter sent',
    'As the server reports it',
    'ms',
    percentiles(watched, 'uplink_jitter', [50, 95]),
    'uplink_jitter',
  ),
  chart(
    'rtt',
    'Round trips',
    'p95',
    'ms',
    [
      watched(watch('rtt', { direction: 'down' }, percentile(95)), 'receiving', 'plain', 'solid'),
      watched(watch('rtt', { direction: 'up' }, percentile(95)), 'sending', 'plain', 'dashed'),
    ],
    'rtt',
  ),
  chart(
    'layers-up',
    'Layers sent',
    'Tracks by height, as the server asks for them',
    'count',
    heights('up'),
    null,
    true,
  ),
];

const recovery = ({ chart, watched }: Builder): Chart[] => [
  chart('nacks', 'NACKs', 'Packets asked for again', 'perSecond', [
    watched(watch('nacks_sent'), 'by us', 'plain', 'solid'),
    watched(watch('nacks_received'), 'by the server', 'plain', 'dashed'),
  ]),
  chart('rtx', 'Retransmissions', 'Packets', 'perSecond', [
    watched(watch('rtx_packets', { direction: 'down' }), 'received', 'plain', 'solid'),
    watched(watch('rtx_packets', { direction: 'up' }), 'sent', 'plain', 'dashed'),
  ]),
  chart('plis', 'PLIs', 'Keyframes asked for', 'perSecond', [
    watched(watch('plis_sent'), 'by us', 'plain', 'solid'),
    watched(watch('plis_received'), 'by the server', 'plain', 'dashed'),
  ]),
  chart('switches', 'Layer switches', 'Changes of size within received tracks', 'perSecond', [
    watched(watch('layer_switches'), 'switches', 'video', 'solid'),
  ]),
];

const tester = ({ chart, watched, line }: Builder): Chart[] => [
  chart('cpu', 'Processor', 'Cores in use by swarm', 'cores', [
    line('cpu', 'cores', 'plain', 'area'),
  ]),
  chart('busy', 'The machine', 'Share of all cores in use, by whomever', 'share', [
    line('busy', 'busy', 'plain', 'area'),
  ]),
  chart('lag', 'Lateness', 'Event loops (p99) and packet pump, the worst of all workers', 'ms', [
    watched(watch('event_loop_lag', {}, MAX), 'event loop', 'plain', 'solid'),
    watched(watch('tick_late', {}, MAX), 'packet pump', 'plain', 'dashed'),
  ]),
  chart(
    'own-faults',
    'Own faults',
    'Packets sent late, refused by the kernel, dropped from full buffers',
    'share',
    [
      watched(watch('late_sends'), 'late sends', 'unsure', 'solid'),
      watched(watch('send_errors'), 'send errors', 'bad', 'dashed'),
      watched(watch('socket_drops'), 'socket drops', 'bad', 'solid'),
    ],
  ),
  chart('memory', 'Memory', 'Of all workers', 'bytes', [
    line('memory', 'resident', 'plain', 'area'),
  ]),
];

const LOOKS: readonly Look[] = ['thin', 'solid', 'dashed'];

const percentiles = (
  watched: Builder['watched'],
  metric: MetricName,
  shares: readonly number[],
): (SeriesData | null)[] =>
  KINDS.flatMap((kind) =>
    shares.map((share, index) =>
      watched(
        watch(metric, { kind }, percentile(share)),
        `${kind} p${share}`,
        kind,
        LOOKS[index] ?? 'dashed',
      ),
    ),
  );
