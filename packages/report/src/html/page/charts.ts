import type uPlot from 'uplot';
import type { ChartData, PageData } from '../charts/chart-data.ts';
import { createDrawingQueue } from './drawing-queue.ts';
import { required } from './element.ts';
import { formatPoint } from './format.ts';
import { listenToKeys } from './keys.ts';
import { makeLegend, makeTable } from './legend.ts';
import { formatMoment } from './moment.ts';
import { type DrawnChart, dataOf, HEIGHT, makePlot, moveCursor, zoomTo } from './plot.ts';

/** The charts of a page, which share the cursor and the time range. */
export interface Charts {
  /** After a change of colours. */
  redraw(): void;
  /** After points were added to the data of the page. */
  update(): void;
  /** Removes the charts from their places. */
  remove(): void;
}

/** Seconds that the charts of a run that has just begun show at least. */
const LEAST_SECONDS = 10;

/** @param otherwise the point whose values are shown while there is no cursor */
const showValues = ({ chart, u, values }: DrawnChart, otherwise: number | null): void => {
  const point = u.cursor.idx ?? otherwise;
  for (const [series, value] of values.entries())
    value.textContent = point === null ? '' : formatPoint(chart, series, point);
};

/** A touch moves the cursor; a vertical swipe scrolls the page. */
const listenToTouch = ({ u }: DrawnChart, signal: AbortSignal): void => {
  const point = (event: PointerEvent): void => {
    if (event.pointerType === 'mouse') return;
    const { left } = u.over.getBoundingClientRect();
    u.setCursor({ left: event.clientX - left, top: 0 });
  };
  u.over.addEventListener('pointerdown', point, { signal });
  u.over.addEventListener('pointermove', point, { signal });
};

const describePlot = (place: HTMLElement, title: string, end: number): void => {
  place.tabIndex = 0;
  place.setAttribute('role', 'application');
  place.setAttribute('aria-roledescription', 'chart');
  place.setAttribute(
    'aria-label',
    `${title}, from ${formatMoment(0)} to ${formatMoment(end)}. Arrow keys move through time.`,
  );
};

const NO_CHARTS: Charts = { redraw: () => {}, update: () => {}, remove: () => {} };

/**
 * Draws every chart of the page in its place.
 * @param live the run is under way: legends show the latest values, and points are added to the data
 */
export const drawCharts = (page: PageData, live = false): Charts => {
  const drawn: DrawnChart[] = [];
  if (page.charts.length === 0) return NO_CHARTS;
  const removed = new AbortController();
  const { signal } = removed;
  const reading = required(document.getElementById('reading'), '#reading');
  const reset = required(document.getElementById('reset-zoom'), '#reset-zoom');
  const end = (): number => Math.max((page.points - 1) * page.step, live ? LEAST_SECONDS : 0);
  const latest = (): number | null => (live && page.points > 0 ? page.points - 1 : null);
  /** Time span that the reader has zoomed to; null: the whole run. */
  let view: { min: number; max: number } | null = null;

  let following = false;
  /** Applies a change of one chart to the others, whose own events it ignores meanwhile. */
  const follow = (leader: uPlot, change: (other: uPlot) => void): void => {
    if (following) return;
    following = true;
    for (const { u } of drawn) if (u !== leader) change(u);
    following = false;
  };

  const cursor = (u: uPlot): void => {
    const own = drawn.find((other) => other.u === u);
    if (own !== undefined) showValues(own, latest());
    follow(u, (other) => moveCursor(other, u.cursor.idx));
  };

  const zoom = (u: uPlot): void => {
    const { min, max } = u.scales.x ?? {};
    if (min == null || max == null) return;
    if (following) return;
    follow(u, (other) => other.setScale('x', { min, max }));
    view = min <= 0 && max >= end() ? null : { min, max };
    reset.hidden = view === null;
  };

  const draw = (place: HTMLElement, chart: ChartData, figure: HTMLElement): void => {
    const own = { chart, place, ...makePlot(place, page, chart, { cursor, zoom }), values: [] };
    drawn.push(own);
    describePlot(place, figure.querySelector('h4')?.textContent ?? '', end());
    makeLegend(own, required(figure.querySelector<HTMLElement>('.legend'), '.legend'));
    listenToKeys(page, own, reading, signal);
    listenToTouch(own, signal);
    showValues(own, latest());
    const details = required(figure.querySelector('details'), 'details of a chart');
    const fill = (): void => {
      const table = required(details.querySelector<HTMLElement>('.scroll'), '.scroll');
      if (details.open) makeTable(page, chart, table);
    };
    details.addEventListener('toggle', fill, { signal });
  };

  for (const place of document.querySelectorAll<HTMLElement>('.plot')) {
    const chart = page.charts.find(({ id }) => id === place.dataset.chart);
    const figure = place.closest('figure');
    if (chart !== undefined && figure !== null) draw(place, chart, figure);
  }

  const showAll = (): void => {
    const [first] = drawn;
    if (first !== undefined) zoomTo(page, first.u, 0, end());
    first?.place.focus({ preventScroll: true });
  };
  reset.addEventListener('click', showAll, { signal });

  const resized = new ResizeObserver((entries) => {
    for (const { target, contentRect } of entries) {
      const own = drawn.find(({ place }) => place === target);
      if (
        own !== undefined &&
        contentRect.width > 0 &&
        Math.abs(contentRect.width - own.u.width) > 1
      )
        own.u.setSize({ width: contentRect.width, height: HEIGHT });
    }
  });
  for (const { place } of drawn) resized.observe(place);

  const drawAgain = (own: DrawnChart): void => {
    following = true;
    own.u.batch(() => {
      own.u.setData(dataOf(page, own.layers), false);
      own.u.setScale('x', view ?? { min: 0, max: end() });
    });
    showValues(own, latest());
    following = false;
  };
  if (live) for (const own of drawn) drawAgain(own);
  const queue = createDrawingQueue(({ place }: DrawnChart) => place, drawAgain);

  return {
    redraw: () => {
      for (const { u } of drawn) u.redraw(false);
    },
    update: () => queue.add(drawn),
    remove: () => {
      removed.abort();
      queue.close();
      resized.disconnect();
      reset.hidden = true;
      for (const { u, place } of drawn) {
        u.destroy();
        place.closest('figure')?.querySelector('.legend')?.replaceChildren();
      }
    },
  };
};
