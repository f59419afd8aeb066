/** The script of a report: theme, charts, tables. */
import type { PageData } from '../charts/chart-data.ts';
import { drawCharts } from './charts.ts';
import { required } from './element.ts';
import { prepareTables } from './tables.ts';
import { isDark, isSystemDark, onSystemTheme, setTheme } from './theme.ts';

const data: PageData = JSON.parse(
  required(document.getElementById('data'), '#data').textContent ?? '',
);
const themeButton = required(document.getElementById('theme'), '#theme');

const labelThemeButton = (): void => {
  themeButton.textContent = isDark() ? 'Light' : 'Dark';
  themeButton.setAttribute(
    'aria-label',
    isDark() ? 'Switch to light colours' : 'Switch to dark colours',
  );
};

themeButton.hidden = false;
labelThemeButton();
const charts = drawCharts(data);
prepareTables();

themeButton.addEventListener('click', () => {
  const wanted = isDark() ? 'light' : 'dark';
  // The system's own theme is not stored: it may change with the time of day.
  setTheme((wanted === 'dark') === isSystemDark() ? 'auto' : wanted);
  labelThemeButton();
  charts.redraw();
});
onSystemTheme(() => {
  labelThemeButton();
  charts.redraw();
});
// The printing style is light.
for (const moment of ['beforeprint', 'afterprint']) {
  addEventListener(moment, () => {
    document.documentElement.classList.toggle('printing', moment === 'beforeprint');
    charts.redraw();
  });
}

document.documentElement.dataset.ready = 'true';
