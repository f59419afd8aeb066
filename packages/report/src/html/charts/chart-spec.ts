import { type History, type SeriesQuery, seriesName } from '@livekit-swarm/analysis';
import type { MetricName } from '@livekit-swarm/metrics';
import { percentile, seriesQuery } from '../series-queries.ts';
import type { Color, SeriesData, Unit } from './chart-data.ts';

type Look = SeriesData['look'];

/** Parts of a history that charts read. */
export type ChartHistory = Pick<
  History,
  'stepMs' | 'steps' | 'seconds' | 'line' | 'extent' | 'names'
>;

/** Line of a chart: a series of the history, and how it is drawn. */
export interface ChartLine {
  /** Name of the series in the history. */
  name: string;
  label: string;
  color: Color;
  look: Look;
  /** Query of the series; absent for levels and events, which every history has. */
  query?: SeriesQuery;
  /** Metric whose limit is that of the chart, if this is its first line. */
  metric?: MetricName;
  /** Factor from the unit of the series to that of the chart. */
  factor?: number;
  /** Number of events, which is divided by the seconds of its step. */
  counted?: true;
  /** Line that is left out while all of its values are zero. */
  ifAny?: true;
}

/** Chart of the report and of the live page. */
export interface ChartSpec {
  id: string;
  title: string;
  /** Line under the title: what the chart shows. */
  note: string;
  /** Unit of all lines. A chart of amounts per second is left out while all of them are zero. */
  unit: Unit;
  /** Lines, or a function where they follow from the names of levels. */
  lines: readonly ChartLine[] | ((history: ChartHistory) => readonly ChartLine[]);
  /** True if each line is stacked on the one before it. */
  stacked?: true;
}

export interface ChartGroupSpec {
  title: string;
  charts: readonly ChartSpec[];
}

export const chart = (
  id: string,
  title: string,
  note: string,
  unit: Unit,
  lines: ChartSpec['lines'],
): ChartSpec => ({ id, title, note, unit, lines });

/** Line of a level, such as the number of connected participants. */
export const level = (name: string, label: string, color: Color, look: Look): ChartLine => ({
  name,
  label,
  color,
  look,
});

/** Line of the number of events of a kind, per second. */
export const events = (...line: Parameters<typeof level>): ChartLine => ({
  ...level(...line),
  counted: true,
});

/** Line of a query. */
export const measured = (
  query: SeriesQuery,
  label: string,
  color: Color,
  look: Look,
): ChartLine => ({
  ...level(seriesName(query), label, color, look),
  query,
  metric: query.metric,
});

/** Line of a query for bytes per second, in bits. */
export const bits = (...line: Parameters<typeof measured>): ChartLine => ({
  ...measured(...line),
  factor: 8,
  ifAny: true,
});

export const KINDS = ['audio', 'video'] as const;

const LOOKS: readonly Look[] = ['thin', 'solid', 'dashed'];

/** Lines of the percentiles of a metric, for audio and video. */
export const percentiles = (metric: MetricName, shares: readonly number[]): ChartLine[] =>
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
