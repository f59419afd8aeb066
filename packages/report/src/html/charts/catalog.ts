import type { SeriesQuery, VerdictDecision } from '@livekit-swarm/analysis';
import type { Labels, MetricName } from '@livekit-swarm/metrics';
import { MAX, OVERVIEW, percentile, seriesQuery } from '../series-queries.ts';
import {
  bits,
  type ChartGroupSpec,
  type ChartLine,
  type ChartSpec,
  chart,
  events,
  KINDS,
  level,
  measured,
  percentiles,
} from './chart-spec.ts';
import { byNode } from './server-nodes.ts';
import { heights } from './video-heights.ts';

const PARTICIPANTS: readonly ChartSpec[] = [
  chart('connected', 'Participants', 'By state', 'count', [
    level('connected', 'connected', 'plain', 'area'),
    level('participants reconnecting', 'reconnecting', 'unsure', 'thin'),
    level('participants disconnected', 'disconnected', 'bad', 'thin'),
    level('participants join_failed', 'join failed', 'bad', 'dashed'),
  ]),
  chart('joins', 'Joins', 'Per second', 'perSecond', [
    events('joined', 'joined', 'good', 'solid'),
    events('join_retry', 'retried', 'unsure', 'dashed'),
    events('join_failed', 'failed', 'bad', 'solid'),
  ]),
  chart('join-time', 'Join time', 'By scheduled join time', 'ms', [
    measured(seriesQuery('join_time', {}, percentile(50)), 'p50', 'plain', 'thin'),
    measured(seriesQuery('join_time', {}, percentile(95)), 'p95', 'plain', 'solid'),
  ]),
  chart('reconnections', 'Reconnections', 'Per second', 'perSecond', [
    events('signal_lost', 'signal lost', 'bad', 'solid'),
    events('resumed', 'resumed', 'good', 'solid'),
    events('reconnected', 'reconnected', 'good', 'dashed'),
    events('rejoined', 'rejoined', 'good', 'thin'),
    events('disconnected', 'disconnected', 'bad', 'dashed'),
  ]),
  chart('agents', 'Voice agents', 'Time until they answer, or stop after a barge-in', 'ms', [
    measured(seriesQuery('agent_response_time', {}, percentile(50)), 'p50', 'plain', 'thin'),
    measured(seriesQuery('agent_response_time', {}, percentile(95)), 'p95', 'plain', 'solid'),
    measured(seriesQuery('agent_barge_in', {}, percentile(95)), 'barge-in p95', 'unsure', 'dashed'),
  ]),
];

const losses = (after: MetricName, before: MetricName): ChartLine[] =>
  KINDS.flatMap((kind) => [
    measured(seriesQuery(after, { kind }), kind, kind, 'solid'),
    measured(seriesQuery(before, { kind }), `${kind}, before recovery`, kind, 'dashed'),
  ]);

const RECEIVED: readonly ChartSpec[] = [
  chart(
    'bits-down',
    'Downlink bitrate',
    'RTP payload',
    'bits',
    KINDS.map((kind) => bits(seriesQuery('bytes_received', { kind }), kind, kind, 'solid')),
  ),
  chart(
    'loss-down',
    'Packet loss, downlink',
    'Dashed: before recovery',
    'share',
    losses('packet_loss', 'packet_loss_before_recovery'),
  ),
  chart(
    'latency',
    'One-way latency',
    'Publisher to subscriber',
    'ms',
    percentiles('media_latency', [50, 95, 99]),
  ),
  chart('jitter-down', 'Jitter, downlink', 'RFC 3550', 'ms', percentiles('jitter', [50, 95])),
  chart(
    'media-interruptions',
    'Media interruptions',
    'Subscriptions without media for more than 500 ms; freezes of real clients',
    'perSecond',
    [
      ...KINDS.map((kind) =>
        measured(seriesQuery('media_interruptions', { kind }), kind, kind, 'solid'),
      ),
      measured(seriesQuery('freezes'), 'freezes', 'bad', 'dashed'),
    ],
  ),
  {
    ...chart('layers-down', 'Video layers received', 'Tracks by height', 'count', heights('down')),
    stacked: true,
  },
  chart(
    'tracks-down',
    'Tracks received',
    '',
    'count',
    [...KINDS, 'data' as const].map(
      (kind): ChartLine => ({ ...level(`tracks down ${kind}`, kind, kind, 'solid'), ifAny: true }),
    ),
  ),
  chart('data', 'Data messages', 'Per second', 'perSecond', [
    measured(seriesQuery('data_messages_sent'), 'sent', 'data', 'thin'),
    measured(seriesQuery('data_messages_received'), 'received', 'data', 'solid'),
  ]),
  chart('data-latency', 'Latency of data messages', '', 'ms', [
    measured(seriesQuery('data_latency', {}, percentile(50)), 'p50', 'data', 'thin'),
    measured(seriesQuery('data_latency', {}, percentile(95)), 'p95', 'data', 'solid'),
  ]),
];

const rtt = (direction: 'up' | 'down'): SeriesQuery =>
  seriesQuery('rtt', { direction }, percentile(95));

const SENT: readonly ChartSpec[] = [
  chart(
    'bits-up',
    'Uplink bitrate',
    'RTP payload, all layers',
    'bits',
    KINDS.map((kind) => bits(seriesQuery('bytes_sent', { kind }), kind, kind, 'solid')),
  ),
  chart(
    'loss-up',
    'Packet loss, uplink',
    'As the server reports it; dashed: before recovery',
    'share',
    losses('uplink_loss', 'uplink_loss_before_recovery'),
  ),
  chart(
    'jitter-up',
    'Jitter, uplink',
    'As the server reports it',
    'ms',
    percentiles('uplink_jitter', [50, 95]),
  ),
  chart('rtt', 'Round-trip time', 'p95', 'ms', [
    measured(rtt('down'), 'downlink', 'plain', 'solid'),
    measured(rtt('up'), 'uplink', 'plain', 'dashed'),
  ]),
  {
    ...chart(
      'layers-up',
      'Video layers sent',
      'Tracks by height, as the server requests them',
      'count',
      heights('up'),
    ),
    stacked: true,
  },
];

const UP: Labels = { direction: 'up' };
const DOWN: Labels = { direction: 'down' };

const RECOVERY: readonly ChartSpec[] = [
  chart('nacks', 'NACKs', 'Per second', 'perSecond', [
    measured(seriesQuery('nacks_sent'), 'sent by participants', 'plain', 'solid'),
    measured(seriesQuery('nacks_received'), 'sent by the server', 'plain', 'dashed'),
  ]),
  chart('rtx', 'Retransmissions', 'Packets per second', 'perSecond', [
    measured(seriesQuery('rtx_packets', DOWN), 'received', 'plain', 'solid'),
    measured(seriesQuery('rtx_packets', UP), 'sent', 'plain', 'dashed'),
  ]),
  chart('plis', 'PLIs', 'Keyframe requests per second', 'perSecond', [
    measured(seriesQuery('plis_sent'), 'sent by participants', 'plain', 'solid'),
    measured(seriesQuery('plis_received'), 'sent by the server', 'plain', 'dashed'),
  ]),
  chart('switches', 'Layer switches', 'Within received tracks, per second', 'perSecond', [
    measured(seriesQuery('layer_switches'), 'switches', 'video', 'solid'),
  ]),
];

const SERVER: readonly ChartSpec[] = [
  chart('server-cpu', 'Server CPU', 'Cores', 'cores', byNode('cpu')),
  chart('server-memory', 'Server memory', '', 'bytes', byNode('memory')),
  chart('server-goroutines', 'Goroutines of the server', '', 'count', byNode('goroutines')),
  chart(
    'server-traffic',
    'Media through the server',
    'As it counts it, spread over the seconds in which it collected',
    'bits',
    [
      bits(seriesQuery('server_bytes', UP), 'received', 'plain', 'dashed'),
      bits(seriesQuery('server_bytes', DOWN), 'sent', 'plain', 'solid'),
    ],
  ),
  chart('server-rooms', 'Rooms and participants on the server', 'Other users’ included', 'count', [
    level('server rooms', 'rooms', 'plain', 'dashed'),
    level('server participants', 'participants', 'plain', 'solid'),
  ]),
  chart('server-tracks', 'Tracks on the server', '', 'count', [
    level('server tracks', 'published', 'plain', 'dashed'),
    level('server subscriptions', 'subscriptions', 'plain', 'solid'),
  ]),
];

const GENERATOR: readonly ChartSpec[] = [
  chart('cpu', 'CPU', 'Cores used by the load generator', 'cores', [
    level('cpu', 'cores', 'plain', 'area'),
  ]),
  chart('host-cpu', 'Host CPU', 'Share of all cores, all processes', 'share', [
    level('host_cpu', 'busy', 'plain', 'area'),
  ]),
  chart('lateness', 'Event loop lag and pump lateness', 'Maximum of all processes', 'ms', [
    measured(seriesQuery('event_loop_lag', {}, MAX), 'event loop', 'plain', 'solid'),
    measured(seriesQuery('tick_lateness', {}, MAX), 'pump threads', 'plain', 'dashed'),
  ]),
  chart(
    'generator-errors',
    'Generator-side errors',
    'Packets sent late, refused by the kernel, or dropped from full buffers',
    'share',
    [
      measured(seriesQuery('late_sends'), 'late sends', 'unsure', 'solid'),
      measured(seriesQuery('send_errors'), 'send errors', 'bad', 'dashed'),
      measured(seriesQuery('socket_drops'), 'socket drops', 'bad', 'solid'),
    ],
  ),
  chart('memory', 'Memory', 'All processes that host participants', 'bytes', [
    level('memory', 'resident', 'plain', 'area'),
  ]),
];

/** All charts. A chart is on the report and on the live page as soon as it has data. */
export const CHART_GROUPS: readonly ChartGroupSpec[] = [
  { title: 'Participants', charts: PARTICIPANTS },
  { title: 'Subscriber media (downlink)', charts: RECEIVED },
  { title: 'Publisher media (uplink)', charts: SENT },
  { title: 'Loss recovery (NACK, RTX, FEC)', charts: RECOVERY },
  { title: 'Server', charts: SERVER },
  { title: 'Load generator', charts: GENERATOR },
];

/** Series of the charts, and of the figures of the whole run. */
export const CHARTED: readonly SeriesQuery[] = [
  ...Object.values(OVERVIEW),
  ...CHART_GROUPS.flatMap(({ charts }) =>
    charts.flatMap(({ lines }) =>
      typeof lines === 'function' ? [] : lines.flatMap(({ query }) => query ?? []),
    ),
  ),
];

/** Series that a report is made of: those of the charts, and of the thresholds. */
export const seriesQueriesOf = ({
  thresholds,
}: Pick<VerdictDecision, 'thresholds'>): SeriesQuery[] => [
  ...CHARTED,
  ...thresholds.map(({ threshold }) =>
    seriesQuery(threshold.metric, threshold.selector, threshold.aggregation),
  ),
];
