import type { SeriesQuery, VerdictDecision } from '@livekit-swarm/analysis';
import type { MetricName } from '@livekit-swarm/metrics';
import { untrusted } from '../markup.ts';
import { MAX, percentile, seriesQuery } from '../series-queries.ts';
import { type Builder, builderOf, type Chart, type ChartHistory, type Look } from './builder.ts';
import type { SeriesData } from './chart-data.ts';

export interface ChartGroup {
  title: string;
  charts: Chart[];
}

/** All charts with data. */
export const chartGroups = (
  history: ChartHistory,
  decision: Pick<VerdictDecision, 'thresholds'>,
): ChartGroup[] => {
  const make = builderOf(history, decision);
  const groups: ChartGroup[] = [
    { title: 'Participants', charts: participants(make) },
    { title: 'Subscriber media (downlink)', charts: received(make) },
    { title: 'Publisher media (uplink)', charts: sent(make) },
    { title: 'Loss recovery (NACK, RTX, FEC)', charts: recovery(make) },
    { title: 'Server', charts: server(make, nodesOf(history)) },
    { title: 'Load generator', charts: generator(make) },
  ];
  return groups
    .map(({ title, charts }) => ({
      title,
      charts: charts.filter(({ series }) => series.length > 0),
    }))
    .filter(({ charts }) => charts.length > 0);
};

/** The series that the overview shows, and that outages are found in. */
const OF_OVERVIEW: readonly SeriesQuery[] = [
  seriesQuery('packet_loss'),
  seriesQuery('bytes_received'),
  seriesQuery('bytes_sent'),
  seriesQuery('media_latency', {}, percentile(95)),
  seriesQuery('jitter', {}, percentile(95)),
  seriesQuery('media_interruptions'),
];

/** What the page needs of the history: the series of the overview, of its charts and of the thresholds. */
export const seriesQueriesOf = ({
  thresholds,
}: Pick<VerdictDecision, 'thresholds'>): SeriesQuery[] => {
  const charted: SeriesQuery[] = [];
  const series: ChartHistory['series'] = (query) => {
    charted.push(query);
    return undefined;
  };
  chartGroups({ stepMs: 1_000, series, line: () => undefined, names: () => [] }, { thresholds });
  return [
    ...OF_OVERVIEW,
    ...charted,
    ...thresholds.map(({ threshold }) =>
      seriesQuery(threshold.metric, threshold.selector, threshold.aggregation),
    ),
  ];
};

const participants = ({ chart, line, measured, perSecond }: Builder): Chart[] => [
  chart('connected', 'Participants connected', '', 'count', [
    line('connected', 'connected', 'plain', 'area'),
  ]),
  chart('joins', 'Joins', 'Per second', 'perSecond', [
    perSecond('joined', 'joined', 'good', 'solid'),
    perSecond('join_retry', 'retried', 'unsure', 'dashed'),
    perSecond('join_failed', 'failed', 'bad', 'solid'),
  ]),
  chart(
    'join-time',
    'Join time',
    'By scheduled join time',
    'ms',
    [
      measured(seriesQuery('join_time', {}, percentile(50)), 'p50', 'plain', 'thin'),
      measured(seriesQuery('join_time', {}, percentile(95)), 'p95', 'plain', 'solid'),
    ],
    'join_time',
  ),
  chart('reconnections', 'Reconnections', 'Per second', 'perSecond', [
    perSecond('signal_lost', 'signal lost', 'bad', 'solid'),
    perSecond('resumed', 'resumed', 'good', 'solid'),
    perSecond('reconnected', 'reconnected', 'good', 'dashed'),
    perSecond('rejoined', 'rejoined', 'good', 'thin'),
    perSecond('disconnected', 'disconnected', 'bad', 'dashed'),
  ]),
];

const KINDS = ['audio', 'video'] as const;

const received = ({ chart, measured, bits, heights, line }: Builder): Chart[] => [
  chart(
    'bits-down',
    'Downlink bitrate',
    'RTP payload',
    'bits',
    KINDS.map((kind) => bits(seriesQuery('bytes_received', { kind }), kind, kind)),
  ),
  chart(
    'loss-down',
    'Packet loss, downlink',
    'Dashed: before recovery',
    'share',
    KINDS.flatMap((kind) => [
      measured(seriesQuery('packet_loss', { kind }), kind, kind, 'solid'),
      measured(
        seriesQuery('packet_loss_before_recovery', { kind }),
        `${kind}, before recovery`,
        kind,
        'dashed',
      ),
    ]),
    'packet_loss',
  ),
  chart(
    'latency',
    'One-way latency',
    'Publisher to subscriber',
    'ms',
    percentiles(measured, 'media_latency', [50, 95, 99]),
    'media_latency',
  ),
  chart(
    'jitter-down',
    'Jitter, downlink',
    'RFC 3550',
    'ms',
    percentiles(measured, 'jitter', [50, 95]),
    'jitter',
  ),
  chart(
    'media-interruptions',
    'Media interruptions',
    'Subscriptions without media for more than 500 ms',
    'perSecond',
    KINDS.map((kind) =>
      measured(seriesQuery('media_interruptions', { kind }), kind, kind, 'solid'),
    ),
  ),
  chart(
    'layers-down',
    'Video layers received',
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
  chart('data', 'Data messages', 'Per second', 'perSecond', [
    measured(seriesQuery('data_messages_sent'), 'sent', 'data', 'thin'),
    measured(seriesQuery('data_messages_received'), 'received', 'data', 'solid'),
  ]),
  chart('data-latency', 'Latency of data messages', '', 'ms', [
    measured(seriesQuery('data_latency', {}, percentile(50)), 'p50', 'data', 'thin'),
    measured(seriesQuery('data_latency', {}, percentile(95)), 'p95', 'data', 'solid'),
  ]),
];

const sent = ({ chart, measured, bits, heights }: Builder): Chart[] => [
  chart(
    'bits-up',
    'Uplink bitrate',
    'RTP payload, all layers',
    'bits',
    KINDS.map((kind) => bits(seriesQuery('bytes_sent', { kind }), kind, kind)),
  ),
  chart(
    'loss-up',
    'Packet loss, uplink',
    'As the server reports it; dashed: before recovery',
    'share',
    KINDS.flatMap((kind) => [
      measured(seriesQuery('uplink_loss', { kind }), kind, kind, 'solid'),
      measured(
        seriesQuery('uplink_loss_before_recovery', { kind }),
        `${kind}, before recovery`,
        kind,
        'dashed',
      ),
    ]),
    'uplink_loss',
  ),
  chart(
    'jitter-up',
    'Jitter, uplink',
    'As the server reports it',
    'ms',
    percentiles(measured, 'uplink_jitter', [50, 95]),
    'uplink_jitter',
  ),
  chart(
    'rtt',
    'Round-trip time',
    'p95',
    'ms',
    [
      measured(
        seriesQuery('rtt', { direction: 'down' }, percentile(95)),
        'downlink',
        'plain',
        'solid',
      ),
      measured(
        seriesQuery('rtt', { direction: 'up' }, percentile(95)),
        'uplink',
        'plain',
        'dashed',
      ),
    ],
    'rtt',
  ),
  chart(
    'layers-up',
    'Video layers sent',
    'Tracks by height, as the server requests them',
    'count',
    heights('up'),
    null,
    true,
  ),
];

const recovery = ({ chart, measured }: Builder): Chart[] => [
  chart('nacks', 'NACKs', 'Per second', 'perSecond', [
    measured(seriesQuery('nacks_sent'), 'sent by participants', 'plain', 'solid'),
    measured(seriesQuery('nacks_received'), 'sent by the server', 'plain', 'dashed'),
  ]),
  chart('rtx', 'Retransmissions', 'Packets per second', 'perSecond', [
    measured(seriesQuery('rtx_packets', { direction: 'down' }), 'received', 'plain', 'solid'),
    measured(seriesQuery('rtx_packets', { direction: 'up' }), 'sent', 'plain', 'dashed'),
  ]),
  chart('plis', 'PLIs', 'Keyframe requests per second', 'perSecond', [
    measured(seriesQuery('plis_sent'), 'sent by participants', 'plain', 'solid'),
    measured(seriesQuery('plis_received'), 'sent by the server', 'plain', 'dashed'),
  ]),
  chart('switches', 'Layer switches', 'Within received tracks, per second', 'perSecond', [
    measured(seriesQuery('layer_switches'), 'switches', 'video', 'solid'),
  ]),
];

const OF_NODE = 'server cpu of ';

/** Nodes that are followed one by one. */
const nodesOf = ({ names }: ChartHistory): string[] => {
  const prefixes = [OF_NODE, 'server memory of '];
  return [
    ...new Set(
      prefixes.flatMap((prefix) => names(prefix).map((name) => name.slice(prefix.length))),
    ),
  ];
};

/** On the time axis of the participants: each node, and all of them together. */
const server = ({ chart, line, bits }: Builder, nodes: readonly string[]): Chart[] => {
  const [first, ...others] = nodes;
  const several = others.length > 0;
  const lines = (what: string): (SeriesData | null)[] =>
    several
      ? [
          line(`server ${what}`, 'all nodes', 'plain', 'solid'),
          ...nodes.map((node, index) =>
            line(`server ${what} of ${node}`, untrusted(node), `step-${1 + (index % 6)}`, 'thin'),
          ),
        ]
      : [line(`server ${what}`, first ?? 'server', 'plain', 'area')];
  return [
    chart('server-cpu', 'Server CPU', 'Cores', 'cores', lines('cpu'), 'server_cpu'),
    chart('server-memory', 'Server memory', '', 'bytes', lines('memory'), 'server_memory'),
    chart(
      'server-goroutines',
      'Goroutines of the server',
      '',
      'count',
      lines('goroutines'),
      'server_goroutines',
    ),
    chart(
      'server-traffic',
      'Media through the server',
      'As it counts it, spread over the seconds in which it collected',
      'bits',
      [
        bits(seriesQuery('server_bytes', { direction: 'up' }), 'received', 'plain', 'dashed'),
        bits(seriesQuery('server_bytes', { direction: 'down' }), 'sent', 'plain'),
      ],
    ),
    chart(
      'server-rooms',
      'Rooms and participants on the server',
      'Other users’ included',
      'count',
      [
        line('server rooms', 'rooms', 'plain', 'dashed'),
        line('server participants', 'participants', 'plain', 'solid'),
      ],
    ),
    chart('server-tracks', 'Tracks on the server', '', 'count', [
      line('server tracks', 'published', 'plain', 'dashed'),
      line('server subscriptions', 'subscriptions', 'plain', 'solid'),
    ]),
  ];
};

const generator = ({ chart, measured, line }: Builder): Chart[] => [
  chart('cpu', 'CPU', 'Cores used by the load generator', 'cores', [
    line('cpu', 'cores', 'plain', 'area'),
  ]),
  chart('host-cpu', 'Host CPU', 'Share of all cores, all processes', 'share', [
    line('host_cpu', 'busy', 'plain', 'area'),
  ]),
  chart('lateness', 'Event loop lag and pump lateness', 'Maximum of all workers', 'ms', [
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
  chart('memory', 'Memory', 'All workers', 'bytes', [line('memory', 'resident', 'plain', 'area')]),
];

const LOOKS: readonly Look[] = ['thin', 'solid', 'dashed'];

const percentiles = (
  measured: Builder['measured'],
  metric: MetricName,
  shares: readonly number[],
): (SeriesData | null)[] =>
  KINDS.flatMap((kind) =>
    shares.map((share, index) =>
      measured(
        seriesQuery(metric, { kind }, percentile(share)),
        `${kind} p${share}`,
        kind,
        LOOKS[index] ?? 'dashed',
      ),
    ),
  );
