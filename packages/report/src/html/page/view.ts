import type uPlot from 'uplot';
import type { ChartData, PageData } from '../charts/chart-data.ts';
import type { Layer } from './plot.ts';

/** A chart on the page. */
export interface DrawnChart {
  chart: ChartData;
  place: HTMLElement;
  u: uPlot;
  layers: Layer[];
  /** In the legend: the value of each series at the cursor. */
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
