/** The script of a report: theme, charts, tables. */
import type { PageData } from '../charts/chart-data.ts';
import { drawCharts } from './charts.ts';
import { required } from './element.ts';
import { prepareTables } from './tables.ts';
import { prepareThemeButton } from './theme-button.ts';

const data: PageData = JSON.parse(
  required(document.getElementById('data'), '#data').textContent ?? '',
);

const charts = drawCharts(data);
prepareThemeButton(charts.redraw);
prepareTables();

// The printing style is light.
for (const moment of ['beforeprint', 'afterprint']) {
  addEventListener(moment, () => {
    document.documentElement.classList.toggle('printing', moment === 'beforeprint');
    charts.redraw();
  });
}

document.documentElement.dataset.ready = 'true';
