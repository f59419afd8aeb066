import type { LiveColumns } from '@livekit-swarm/analysis/live';
import type { MetricName, Threshold } from '@livekit-swarm/metrics';
import { brief, type Chart, limitOfMetric } from '../charts/builder.ts';
import type { ChartGroup } from '../charts/catalog.ts';
import type { ChartData, Color, SeriesData, Unit } from '../charts/chart-data.ts';
import { untrusted } from '../markup.ts';

/** A line of a live chart: a column of the run. */
interface LiveSeries {
  column: string;
  label: string;
  color: Color;
  look: SeriesData['look'];
}

interface LiveChart {
  id: string;
  title: string;
  note: string;
  unit: Unit;
  series: LiveSeries[];
  limitOf?: MetricName;
  /** Instead of the series, where there are several nodes: a line of each, of the columns that begin so. */
  nodes?: string;
}

const line = (
  column: string,
  label: string,
  color: Color,
  look: SeriesData['look'] = 'solid',
): LiveSeries => ({ column, label, color, look });

const GROUPS: { title: string; charts: LiveChart[] }[] = [
  {
    title: 'Participants',
    charts: [
      {
        id: 'connected',
        title: 'Participants',
        note: 'By state',
        unit: 'count',
        series: [
          line('connected', 'connected', 'plain', 'area'),
          line('reconnecting', 'reconnecting', 'unsure'),
          line('disconnected', 'disconnected', 'bad'),
          line('not joined', 'join failed', 'bad', 'dashed'),
        ],
      },
      {
        id: 'joins',
        title: 'Joins',
        note: 'Per second',
        unit: 'perSecond',
        series: [
          line('joined', 'joined', 'good'),
          line('join_retry', 'retried', 'unsure', 'dashed'),
          line('join_failed', 'failed', 'bad'),
        ],
      },
      {
        id: 'reconnections',
        title: 'Reconnections',
        note: 'Per second',
        unit: 'perSecond',
        series: [
          line('signal_lost', 'signal lost', 'bad'),
          line('resumed', 'resumed', 'good'),
          line('reconnected', 'reconnected', 'good', 'dashed'),
          line('rejoined', 'rejoined', 'good', 'thin'),
        ],
      },
    ],
  },
  {
    title: 'Subscriber media (downlink)',
    charts: [
      {
        id: 'loss-down',
        title: 'Packet loss',
        note: 'After recovery',
        unit: 'share',
        series: [line('loss audio', 'audio', 'audio'), line('loss video', 'video', 'video')],
        limitOf: 'packet_loss',
      },
      {
        id: 'latency',
        title: 'One-way latency',
        note: 'Publisher to subscriber',
        unit: 'ms',
        series: [line('latency p50', 'p50', 'plain', 'thin'), line('latency p95', 'p95', 'plain')],
        limitOf: 'media_latency',
      },
      {
        id: 'jitter-down',
        title: 'Jitter',
        note: 'RFC 3550',
        unit: 'ms',
        series: [line('jitter p50', 'p50', 'plain', 'thin'), line('jitter p95', 'p95', 'plain')],
        limitOf: 'jitter',
      },
      {
        id: 'media-interruptions',
        title: 'Media interruptions and freezes',
        note: 'Per second; freezes of real clients only',
        unit: 'perSecond',
        series: [
          line('interruptions audio', 'audio', 'audio'),
          line('interruptions video', 'video', 'video'),
          line('freezes', 'freezes', 'bad', 'dashed'),
        ],
      },
      {
        id: 'bits-down',
        title: 'Bitrate',
        note: 'RTP payload; dashed: sent',
        unit: 'bits',
        series: [
          line('down audio', 'audio', 'audio'),
          line('down video', 'video', 'video'),
          line('up audio', 'audio sent', 'audio', 'dashed'),
          line('up video', 'video sent', 'video', 'dashed'),
        ],
      },
    ],
  },
  {
    title: 'Server and load generator',
    charts: [
      {
        id: 'server-cpu',
        title: 'Server CPU',
        note: 'Cores',
        unit: 'cores',
        series: [line('server cpu', 'all nodes', 'plain', 'area')],
        nodes: 'server cpu of ',
        limitOf: 'server_cpu',
      },
      {
        id: 'server-memory',
        title: 'Server memory',
        note: '',
        unit: 'bytes',
        series: [line('server memory', 'all nodes', 'plain', 'area')],
        nodes: 'server memory of ',
        limitOf: 'server_memory',
      },
      {
        id: 'server-rooms',
        title: 'Participants on the server',
        note: 'Other users’ included',
        unit: 'count',
        series: [
          line('server participants', 'participants', 'plain'),
          line('server rooms', 'rooms', 'plain', 'dashed'),
        ],
      },
      {
        id: 'cpu',
        title: 'Load generator CPU',
        note: 'Cores',
        unit: 'cores',
        series: [line('generator cpu', 'cores', 'plain', 'area')],
      },
      {
        id: 'lateness',
        title: 'Event loop lag and pump lateness',
        note: 'Maximum of all workers',
        unit: 'ms',
        series: [
          line('event loop lag', 'event loop', 'plain'),
          line('tick lateness', 'pump threads', 'plain', 'dashed'),
        ],
      },
    ],
  },
];

const CHARTS = GROUPS.flatMap(({ charts }) => charts);

/** The places of the charts: they are the same for every run. */
export const LIVE_CHART_GROUPS: ChartGroup[] = GROUPS.map(({ title, charts }) => ({
  title,
  charts: charts.map(
    ({ id, title: name, note, unit }): Chart => ({
      id,
      title: name,
      note,
      unit,
      series: [],
      limit: null,
      stacked: false,
    }),
  ),
}));

/** The series of each chart; those without a column are left out. */
export type LiveLayout = { chart: LiveChart; series: LiveSeries[] }[];

/** Which lines there are: more may come in the course of a run. */
export const layoutOf = (columns: Pick<LiveColumns, 'names'>): LiveLayout => {
  const names = columns.names;
  const known = new Set(names);
  return CHARTS.map((chart) => {
    const nodes = chart.nodes === undefined ? [] : nodeSeries(names, chart.nodes);
    const all = nodes.length > 1 ? nodes : chart.series;
    return { chart, series: all.filter(({ column }) => known.has(column)) };
  });
};

/** Equal for equal layouts. */
export const layoutKey = (layout: LiveLayout): string =>
  layout.map(({ series }) => series.map(({ column }) => column).join('\n')).join('\n\n');

const nodeSeries = (names: readonly string[], prefix: string): LiveSeries[] =>
  names
    .filter((name) => name.startsWith(prefix))
    .map((column, index) =>
      line(column, untrusted(column.slice(prefix.length)), `step-${1 + (index % 6)}`),
    );

export const chartsOf = (
  layout: LiveLayout,
  columns: Pick<LiveColumns, 'all'>,
  thresholds: readonly { threshold: Threshold }[],
): ChartData[] =>
  layout.map(({ chart: { id, unit, limitOf }, series }) => ({
    id,
    unit,
    series: series.map(({ column, label, color, look }) => ({
      label,
      color,
      look,
      values: columns.all(column).map((value) => brief(value, 1)),
    })),
    limit: limitOfMetric({ thresholds }, limitOf ?? null),
    stacked: false,
  }));

export const valuesOf = (
  layout: LiveLayout,
  columns: Pick<LiveColumns, 'at'>,
  point: number,
): (number | null)[][] =>
  layout.map(({ series }) => series.map(({ column }) => brief(columns.at(column, point), 1)));
