/** The script of a report: theme, charts, tables. */
import type { PageData } from '../charts/chart-data.ts';
import { drawCharts } from './charts.ts';
import { required } from './element.ts';
import { prepareParticipants } from './participant.ts';
import { prepareTheme } from './prepare-theme.ts';
import { prepareTables } from './tables.ts';

const data: PageData = JSON.parse(
  required(document.getElementById('data'), '#data').textContent ?? '',
);

const charts = drawCharts(data);
prepareTheme(charts.redraw);
prepareTables();
prepareParticipants();

document.documentElement.dataset.ready = 'true';
