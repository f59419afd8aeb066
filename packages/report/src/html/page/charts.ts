import type uPlot from 'uplot';
import type { ChartData, PageData } from '../charts/chart-data.ts';
import { required } from './element.ts';
import { formatClock, formatPoint } from './format.ts';
import { listenToKeys } from './keys.ts';
import { makeLegend, makeTable } from './legend.ts';
import { type DrawnChart, HEIGHT, makePlot, moveCursor, zoomTo } from './plot.ts';

/** The charts of a page, which share the cursor and the time range. */
export interface Charts {
  /** After a change of colours. */
  redraw(): void;
}

const showValues = ({ chart, u, values }: DrawnChart): void => {
  for (const [series, value] of values.entries())
    value.textContent = u.cursor.idx == null ? '' : formatPoint(chart, series, u.cursor.idx);
};

/** A touch moves the cursor; a vertical swipe scrolls the page. */
const listenToTouch = ({ u }: DrawnChart): void => {
  const point = (event: PointerEvent): void => {
    if (event.pointerType === 'mouse') return;
    const { left } = u.over.getBoundingClientRect();
    u.setCursor({ left: event.clientX - left, top: 0 });
  };
  u.over.addEventListener('pointerdown', point);
  u.over.addEventListener('pointermove', point);
};

const describePlot = (place: HTMLElement, title: string, end: number): void => {
  place.tabIndex = 0;
  place.setAttribute('role', 'application');
  place.setAttribute('aria-roledescription', 'chart');
  place.setAttribute(
    'aria-label',
    `${title}, from ${formatClock(0)} to ${formatClock(end)}. Arrow keys move through time.`,
  );
};

/** Draws every chart of the page in its place. */
export const drawCharts = (page: PageData): Charts => {
  const drawn: DrawnChart[] = [];
  if (page.charts.length === 0) return { redraw: () => {} };
  const reading = required(document.getElementById('reading'), '#reading');
  const reset = required(document.getElementById('reset-zoom'), '#reset-zoom');
  const end = (page.points - 1) * page.step;

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
    if (own !== undefined) showValues(own);
    follow(u, (other) => moveCursor(other, u.cursor.idx));
  };

  const zoom = (u: uPlot): void => {
    const { min, max } = u.scales.x ?? {};
    if (min == null || max == null) return;
    follow(u, (other) => other.setScale('x', { min, max }));
    reset.hidden = min <= 0 && max >= end;
  };

  const draw = (place: HTMLElement, chart: ChartData, figure: HTMLElement): void => {
    const own = { chart, place, ...makePlot(place, page, chart, { cursor, zoom }), values: [] };
    drawn.push(own);
    describePlot(place, figure.querySelector('h4')?.textContent ?? '', end);
    makeLegend(own, required(figure.querySelector<HTMLElement>('.legend'), '.legend'));
    listenToKeys(page, own, reading);
    listenToTouch(own);
    const details = required(figure.querySelector('details'), 'details of a chart');
    details.addEventListener('toggle', () => {
      const table = required(details.querySelector<HTMLElement>('.scroll'), '.scroll');
      if (details.open) makeTable(page, chart, table);
    });
  };

  for (const place of document.querySelectorAll<HTMLElement>('.plot')) {
    const chart = page.charts.find(({ id }) => id === place.dataset.chart);
    const figure = place.closest('figure');
    if (chart !== undefined && figure !== null) draw(place, chart, figure);
  }

  reset.addEventListener('click', () => {
    const [first] = drawn;
    if (first !== undefined) zoomTo(page, first.u, 0, end);
    first?.place.focus({ preventScroll: true });
  });

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

  return {
    redraw: () => {
      for (const { u } of drawn) u.redraw(false);
    },
  };
};
