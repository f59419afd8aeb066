import type { ThresholdResult } from '@livekit-swarm/analysis';
import { metricDefinition } from '@livekit-swarm/metrics';
import { CHART_GROUPS } from './catalog.ts';
import type { ChartData, SeriesPoints } from './chart-data.ts';
import type { ChartGroupSpec, ChartHistory, ChartLine, ChartSpec } from './chart-spec.ts';

/** Thresholds with or without results. */
type Thresholds = readonly Pick<ThresholdResult, 'threshold'>[];

/** Chart and those of its lines that have values. */
export interface ChartLayout {
  chart: ChartSpec;
  lines: readonly ChartLine[];
}

/** Layout of all charts of the catalogue. A chart without lines is not shown. */
export const layoutOf = (history: ChartHistory): ChartLayout[] =>
  CHART_GROUPS.flatMap(({ charts }) =>
    charts.map((chart) => ({ chart, lines: shownLines(chart, history) })),
  );

const shownLines = ({ lines, unit }: ChartSpec, history: ChartHistory): ChartLine[] => {
  const all = typeof lines === 'function' ? lines(history) : lines;
  const extents = new Map(all.map((line) => [line, history.extent(line.name)]));
  if (unit === 'perSecond' && ![...extents.values()].includes('figures')) return [];
  // Lines that are always zero are left out, unless they are the subject of the chart.
  return all.filter((line) => {
    const isSubject = line.ifAny !== true && (line.look === 'solid' || line.look === 'area');
    const extent = extents.get(line);
    return extent === 'figures' || (extent === 'zeros' && isSubject);
  });
};

/** Groups with the charts of a layout. */
export const groupsOf = (layout: readonly ChartLayout[]): ChartGroupSpec[] => {
  const shown = new Set(layout.map(({ chart }) => chart));
  return CHART_GROUPS.map(({ title, charts }) => ({
    title,
    charts: charts.filter((chart) => shown.has(chart)),
  })).filter(({ charts }) => charts.length > 0);
};

/** Key that is equal for layouts with the same lines. */
export const layoutKey = (layout: readonly ChartLayout[]): string =>
  JSON.stringify(layout.map(({ lines }) => lines.map(({ name, color }) => [name, color])));

/** Charts of a layout with the values of all steps. */
export const chartsOf = (
  layout: readonly ChartLayout[],
  history: ChartHistory,
  thresholds: Thresholds,
): ChartData[] =>
  layout.map(({ chart, lines }) => ({
    id: chart.id,
    unit: chart.unit,
    series: lines.map((line) => {
      const { label, color, look } = line;
      return { label, color, look, ...pointsOf(chart, line, history) };
    }),
    limit: limitOf(thresholds, lines[0]),
    stacked: chart.stacked === true,
  }));

/** Points of one line from a step on. */
export const pointsOf = (
  { stacked }: ChartSpec,
  { name, look, factor = 1, counted }: ChartLine,
  history: ChartHistory,
  from = 0,
): SeriesPoints => {
  const { value = [], high = [], low = [] } = history.line(name, from) ?? {};
  if (counted)
    return { values: value.map((one, index) => brief(one, 1 / secondsOf(history, from + index))) };
  const scaled = (all: typeof value): typeof value => all.map((one) => brief(one, factor));
  // Bands for solid lines only: more of them would hide each other.
  const band = history.stepMs > 1_000 && !stacked && (look === 'solid' || look === 'area');
  return { values: scaled(value), ...(band && { high: scaled(high), low: scaled(low) }) };
};

/** Length of a step, s: the last one may be shorter than the others. */
const secondsOf = ({ stepMs, seconds }: ChartHistory, step: number): number =>
  Math.min(stepMs / 1_000, seconds - (step * stepMs) / 1_000);

/**
 * Strictest upper limit of the metric of a line, for all participants. The limit of an amount is for
 * all kinds of media together, and not drawn.
 */
export const limitOf = (thresholds: Thresholds, line: ChartLine | undefined): number | null => {
  const metric = line?.metric;
  if (metric === undefined || metricDefinition(metric).type === 'counter') return null;
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
const brief = (value: number | null, factor: number): number | null =>
  value === null || !Number.isFinite(value) ? null : Number((value * factor).toPrecision(4));
