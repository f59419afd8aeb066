import type { ChartData, PageData } from '../charts/chart-data.ts';
import { element } from './element.ts';
import { FORMATS, formatPoint } from './format.ts';
import { formatMoment } from './moment.ts';
import type { DrawnChart } from './plot.ts';

/** Adds one button per series, which shows its value at the cursor and toggles its line, and the limit. */
export const makeLegend = ({ chart, u, layers, values }: DrawnChart, place: HTMLElement): void => {
  for (const [index, { label, color, look }] of chart.series.entries()) {
    const value = element('span', { class: 'value' }, '');
    const key = element('i', { class: `key ${look}`, 'data-color': color });
    const attributes = { type: 'button', 'aria-pressed': 'true' };
    const button = element('button', attributes, key, ` ${label} `, value);
    button.addEventListener('click', () => {
      const show = button.getAttribute('aria-pressed') !== 'true';
      button.setAttribute('aria-pressed', String(show));
      u.batch(() => {
        for (const [layer, { series }] of layers.entries())
          if (series === index) u.setSeries(layer + 1, { show });
      });
    });
    values.push(value);
    place.append(button);
  }
  if (chart.limit === null) return;
  const key = element('i', { class: 'key dashed', 'data-color': 'bad' });
  place.append(
    element('span', { class: 'limit' }, key, ` limit ${FORMATS[chart.unit](chart.limit)}`),
  );
};

/** Fills `place` with a table of all points. */
export const makeTable = (page: PageData, chart: ChartData, place: HTMLElement): void => {
  const heads = ['time', ...chart.series.map(({ label }) => label)].map((text, index) =>
    element('th', { scope: 'col', ...(index > 0 && { class: 'n' }) }, text),
  );
  const rows = Array.from({ length: page.points }, (_, point) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, formatMoment(point * page.step)),
      ...chart.series.map((_, series) =>
        element('td', { class: 'n' }, formatPoint(chart, series, point)),
      ),
    ),
  );
  const head = element('thead', {}, element('tr', {}, ...heads));
  place.replaceChildren(element('table', {}, head, element('tbody', {}, ...rows)));
};
