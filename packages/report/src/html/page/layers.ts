import type uPlot from 'uplot';
import type { ChartData, PageData } from '../charts/chart-data.ts';
import { colorOf, faded } from './theme.ts';

export type Values = (number | null)[];

/** A line that uPlot draws: a series of the chart, or an edge of the band around it. */
export interface Layer {
  /** Values as they are now: a live page adds to them. */
  values: () => Values;
  /** Index in the chart's series. */
  series: number;
  edge: boolean;
}

/** Values of a series on top of those of all series before it. */
const stackOf = (page: PageData, chart: ChartData, index: number): Values => {
  const stacked = chart.series.slice(0, index + 1);
  return Array.from({ length: page.points }, (_, point) =>
    stacked.reduce(
      (sum: number | null, { values }) =>
        values[point] == null ? sum : (sum ?? 0) + values[point],
      null,
    ),
  );
};

/** Each series is stacked on the one before it; the topmost comes first, since uPlot paints later series over earlier ones. */
const stackedLayers = (page: PageData, chart: ChartData): Layer[] =>
  chart.series
    .map(
      (_, series): Layer => ({ values: () => stackOf(page, chart, series), series, edge: false }),
    )
    .reverse();

/** Layers of a chart, and the bands between those that are edges. */
export const layersOf = (
  page: PageData,
  chart: ChartData,
): { layers: Layer[]; bands: uPlot.Band[] } => {
  const layers = chart.stacked
    ? stackedLayers(page, chart)
    : chart.series.map(
        ({ values }, series): Layer => ({ values: () => values, series, edge: false }),
      );
  const bands: uPlot.Band[] = [];
  for (const [series, { high, low, color }] of chart.series.entries()) {
    if (high === undefined || low === undefined) continue;
    layers.push(
      { values: () => high, series, edge: true },
      { values: () => low, series, edge: true },
    );
    // uPlot counts the x values as series 0.
    bands.push({
      series: [layers.length - 1, layers.length],
      fill: () => faded(colorOf(color), 0.18),
    });
  }
  return { layers, bands };
};
