import type {
  History,
  SeriesQuery,
  ThresholdResult,
  TimeSeries,
  VerdictDecision,
} from '@livekit-swarm/analysis';
import type { MetricName } from '@livekit-swarm/metrics';
import type { ChartData, Color, SeriesData, Unit } from './chart-data.ts';

/** A chart with its title and note. */
export interface Chart extends ChartData {
  title: string;
  /** One line under the title: what the lines are. */
  note: string;
}

export type Look = SeriesData['look'];

/** Makes charts of time series; series that were never measured are null, and omitted. */
export interface Builder {
  chart(
    id: string,
    title: string,
    note: string,
    unit: Unit,
    series: readonly (SeriesData | null)[],
    limitOf?: MetricName | null,
    stacked?: boolean,
  ): Chart;
  measured(query: SeriesQuery, label: string, color: Color, look: Look): SeriesData | null;
  line(name: string, label: string, color: Color, look: Look): SeriesData | null;
  /** How often an event happened. */
  perSecond(name: string, label: string, color: Color, look: Look): SeriesData | null;
  /** Of bytes per second. */
  bits(query: SeriesQuery, label: string, color: Color, look?: Look): SeriesData | null;
  heights(direction: 'up' | 'down'): SeriesData[];
}

/** What charts read of the history of a run. */
export type ChartHistory = Pick<History, 'stepMs' | 'series' | 'line' | 'names'>;

export const builderOf = (
  history: ChartHistory,
  decision: Pick<VerdictDecision, 'thresholds'>,
): Builder => {
  const joined = history.stepMs > 1_000;
  const series = (
    line: TimeSeries | undefined,
    label: string,
    color: Color,
    look: Look,
    factor = 1,
  ): SeriesData | null => {
    if (line === undefined || line.value.every((value) => value === null)) return null;
    const figures = (values: readonly (number | null)[]): (number | null)[] =>
      values.map((value) => brief(value, factor));
    // Bands for solid lines only: more of them would hide each other.
    const band = joined && (look === 'solid' || look === 'area');
    return {
      label,
      color,
      look,
      values: figures(line.value),
      ...(band && { high: figures(line.high), low: figures(line.low) }),
    };
  };
  return {
    chart: (id, title, note, unit, all, limitOf = null, stacked = false) => {
      const present = all.filter((one) => one !== null);
      // Lines that are always zero are omitted, unless they are the subject of the chart.
      const shown = present.filter(
        ({ values, look }) =>
          look === 'solid' ||
          look === 'area' ||
          values.some((value) => value !== null && value !== 0),
      );
      return {
        id,
        title,
        note,
        unit,
        series: hasFlow(id, shown) ? shown : [],
        limit: limitOfMetric(decision, limitOf),
        stacked,
      };
    },
    measured: (query, label, color, look) => series(history.series(query), label, color, look),
    line: (name, label, color, look) => series(history.line(name), label, color, look),
    perSecond: (name, label, color, look) => {
      const line = history.line(name);
      if (line === undefined) return null;
      const factor = 1_000 / history.stepMs;
      return { label, color, look, values: line.value.map((value) => brief(value, factor)) };
    },
    bits: (query, label, color, look = 'solid') =>
      series(nonZero(history.series(query)), label, color, look, 8),
    heights: (direction) => heightsOf(history, direction),
  };
};

/** Charts that are left out when all their values are zero. */
const ONLY_IF_ANY = new Set([
  'joins',
  'reconnections',
  'tracks-down',
  'data',
  'media-interruptions',
  'nacks',
  'rtx',
  'plis',
  'switches',
]);

const hasFlow = (id: string, series: readonly SeriesData[]): boolean =>
  !ONLY_IF_ANY.has(id) ||
  series.some(({ values }) => values.some((value) => value !== null && value !== 0));

const nonZero = (line: TimeSeries | undefined): TimeSeries | undefined =>
  line?.high.some((value) => value !== null && value > 0) ? line : undefined;

const MOST_HEIGHTS = 6;

/** The highest layer on top; of many heights those with the most tracks. */
const heightsOf = (history: ChartHistory, direction: 'up' | 'down'): SeriesData[] => {
  const prefix = `layers ${direction} `;
  const all = history.names(prefix).flatMap((name) => {
    const line = history.line(name);
    const height = Number(name.slice(prefix.length));
    return line === undefined || !Number.isFinite(height)
      ? []
      : [{ height, line, area: line.value.reduce((sum: number, value) => sum + (value ?? 0), 0) }];
  });
  return all
    .sort((a, b) => b.area - a.area)
    .slice(0, MOST_HEIGHTS)
    .sort((a, b) => a.height - b.height)
    .map(({ height, line }, index, shown) => ({
      label: height === 0 ? 'no frame yet' : `${height}p`,
      color: `step-${stepOf(index, shown.length)}`,
      look: 'area',
      values: line.value.map((value) => brief(value, 1)),
    }));
};

/** Few shades are far apart. */
const stepOf = (index: number, of: number): number =>
  of === 1 ? 3 : of === 2 ? ([2, 5][index] ?? 5) : 1 + Math.round((index / (of - 1)) * 5);

/** The strictest limit for all participants. */
export const limitOfMetric = (
  { thresholds }: { thresholds: readonly Pick<ThresholdResult, 'threshold'>[] },
  metric: MetricName | null,
): number | null => {
  const limits = thresholds.flatMap(({ threshold }) => {
    const { operator, aggregation, window, selector } = threshold;
    const upper = operator === '<' || operator === '<=';
    const same =
      threshold.metric === metric && window === null && Object.keys(selector).length === 0;
    return same && upper && aggregation.type !== 'count' ? [threshold.limit] : [];
  });
  return limits.length === 0 ? null : Math.min(...limits);
};

/** Four digits are more than a chart can show, and half the size. */
export const brief = (value: number | null, factor: number): number | null =>
  value === null || !Number.isFinite(value) ? null : Number((value * factor).toPrecision(4));
