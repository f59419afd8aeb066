import uPlot from 'uplot';
import type { ChartData, PageData, SeriesData } from '../charts/chart-data.ts';
import { FORMATS } from './format.ts';
import { type Layer, layersOf, type Values } from './layers.ts';
import { endPadding } from './line-ends.ts';
import { formatMoment } from './moment.ts';
import { overlayHooks } from './overlay.ts';
import { colorOf, faded } from './theme.ts';

const FONT = '11px system-ui, sans-serif';
/** CSS pixels. */
export const HEIGHT = 176;

/** Points without a neighbour: no line leads to them, so they need a dot to be seen. */
const isolatedPoints = (values: Values): number[] =>
  values.flatMap((value, point) =>
    value !== null && (values[point - 1] ?? null) === null && (values[point + 1] ?? null) === null
      ? [point]
      : [],
  );

const seriesOptions = ({ look, color }: SeriesData, stacked: boolean): uPlot.Series => ({
  stroke: () => colorOf(stacked ? 'card' : color),
  width: look === 'thin' || stacked ? 1 : 1.75,
  ...(look === 'dashed' && { dash: [5, 4] }),
  ...(look === 'area' && {
    fill: () => (stacked ? colorOf(color) : faded(colorOf(color), 0.14)),
  }),
  points: {
    // Of the data as they are when the chart is drawn: a live page adds to them.
    show: true,
    filter: (u, index) => isolatedPoints(u.data[index] as Values),
    size: 5,
    width: 1,
    fill: () => colorOf(color),
  },
});

const layerOptions = (chart: ChartData, { series, edge }: Layer): uPlot.Series => {
  const data = chart.series[series];
  if (edge || data === undefined) return { width: 0, points: { show: false } };
  return seriesOptions(data, chart.stacked);
};

/**
 * Range from zero to a little above the highest value, with the limit unless it is four times
 * higher.
 */
const rangeOf =
  (chart: ChartData): uPlot.Range.Function =>
  (_u, _lowest, highest) => {
    const most = highest ?? 0;
    const limit = chart.limit ?? 0;
    if (most <= 0) return [0, limit > 0 ? limit * 1.3 : chart.unit === 'share' ? 0.01 : 1];
    return [0, Math.max(most, limit < most * 4 ? limit : 0) * 1.12];
  };

/** Width of the longest label. uPlot passes no labels while it has no data. */
const axisWidth = (_u: uPlot, labels: string[] | null): number =>
  Math.max(46, ...(labels ?? []).map((label) => label.length * 6.4 + 14));

/** Data that uPlot draws: times, and the values of each layer. */
export const dataOf = (page: PageData, layers: readonly Layer[]): uPlot.AlignedData => [
  Array.from({ length: page.points }, (_, point) => point * page.step),
  ...layers.map(({ values }) => values()),
];

/** Draws a chart into `place`. */
export const makePlot = (
  place: HTMLElement,
  page: PageData,
  chart: ChartData,
  on: { cursor: (u: uPlot) => void; zoom: (u: uPlot) => void },
): { u: uPlot; layers: Layer[] } => {
  const { layers, bands } = layersOf(page, chart);
  const format = FORMATS[chart.unit];
  const axis: uPlot.Axis = {
    stroke: () => colorOf('muted'),
    font: FONT,
    grid: { stroke: () => colorOf('grid'), width: 1 },
    ticks: { show: false },
  };
  const u = new uPlot(
    {
      width: Math.max(200, place.clientWidth),
      height: HEIGHT,
      padding: [8, (self) => endPadding(chart, self.width), 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: true, y: false }, points: { size: 7 }, focus: { prox: -1 } },
      scales: { x: { time: false }, y: { range: rangeOf(chart) } },
      axes: [
        {
          ...axis,
          values: (_u, splits) => splits.map(formatMoment),
          incrs: [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 14_400],
          space: 56,
          size: 26,
        },
        {
          ...axis,
          values: (_u, splits) => splits.map((value) => format(value)),
          size: axisWidth,
          gap: 6,
          space: 34,
        },
      ],
      series: [{}, ...layers.map((layer) => layerOptions(chart, layer))],
      bands,
      hooks: {
        ...overlayHooks(page, chart, layers),
        setCursor: [on.cursor],
        setScale: [(self, key) => key === 'x' && on.zoom(self)],
      },
    },
    dataOf(page, layers),
    place,
  );
  return { u, layers };
};

/** A chart on the page. */
export interface DrawnChart {
  chart: ChartData;
  place: HTMLElement;
  u: uPlot;
  layers: Layer[];
  /** Elements of the legend with the value of each series at the cursor. */
  values: HTMLElement[];
}

/** Moves the cursor to a point; without one, hides it. */
export const moveCursor = (u: uPlot, point: number | null | undefined): void => {
  const x = point == null ? undefined : u.data[0][point];
  u.setCursor(x === undefined ? { left: -10, top: -10 } : { left: u.valToPos(x, 'x'), top: 0 });
};

/** Shows the time from `from` to `to`, seconds after the start of the run, but at least four points and nothing outside the run. */
export const zoomTo = (page: PageData, u: uPlot, from: number, to: number): void => {
  const end = Math.max(page.step, (page.points - 1) * page.step);
  const length = Math.min(end, Math.max(page.step * 4, to - from));
  const min = Math.min(Math.max(0, from), end - length);
  u.setScale('x', { min, max: min + length });
};
