import { sampleForecast } from '@livekit-swarm/chaos/scale';
import { formatNumber } from '@livekit-swarm/settings';
import type { ReportOptions } from '../reporter.ts';
import { sparkline } from '../sparkline.ts';
import {
  printable,
  renderTitledTable,
  type Style,
  styleFor,
  type TableData,
  wrap,
} from '../text-layout.ts';
import { timetableTime } from './clock-text.ts';
import type { ForecastView } from './forecast-view.ts';
import {
  assumptionTexts,
  changeTable,
  forecastHeadline,
  hoursTable,
  reactiveText,
  recipeTable,
  shortageTable,
  targetText,
} from './phrases.ts';

const CHART_COLUMNS = 84;
/** Rows of a table in a terminal; every format but this one has all of them. */
const MOST_ROWS = 30;

/** Text of a forecast, for a terminal. */
export const renderForecastText = (
  view: ForecastView,
  { color = false }: ReportOptions = {},
): string => {
  const style = styleFor(color);
  const sections = [
    [
      `${view.name}: ${forecastHeadline(view)}`,
      ...wrap('  ', targetText(view)),
      ...wrap('  ', reactiveText(view)),
    ],
    chart(view, style),
    shortened('ORDERS BY THE TIMETABLE', changeTable(view), style),
    shortened('SHORT WITH A REACTIVE SCALER', shortageTable(view), style),
    renderTitledTable('NODE-HOURS', hoursTable(view), style),
    renderTitledTable('SETTINGS OF A SCALER', recipeTable(view), style),
    [style.title('ASSUMPTIONS'), ...assumptionTexts(view).flatMap((text) => wrap('  · ', text))],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => printable(lines.join('\n')))
    .join('\n\n')}\n`;
};

/** Load, and nodes that run, over the whole time. */
const chart = ({ forecast }: ForecastView, style: Style): string[] => {
  const { fromAt, toAt, curve } = forecast;
  const samples = sampleForecast(forecast, CHART_COLUMNS);
  const line = (name: string, values: readonly number[], most: string): string =>
    `  ${name.padEnd(12)}${style.dim('│')}${sparkline(values).padEnd(CHART_COLUMNS)}${style.dim('│')} ${most}`;
  const [begin, end] = [fromAt, toAt].map((at) => timetableTime(at, curve.clock, 'near'));
  return [
    line(
      curve.unit,
      samples.map(({ load }) => load),
      formatNumber(forecast.peak.load),
    ),
    line(
      'nodes',
      samples.map(({ running }) => running),
      formatNumber(Math.max(...forecast.running.map(({ nodes }) => nodes))),
    ),
    style.dim(
      `  ${''.padEnd(13)}${(begin ?? '').padEnd(CHART_COLUMNS - (end ?? '').length)}${end}`,
    ),
  ];
};

const shortened = (title: string, table: TableData, style: Style): string[] => {
  const more = table.rows.length - MOST_ROWS;
  const lines = renderTitledTable(title, { ...table, rows: table.rows.slice(0, MOST_ROWS) }, style);
  return more <= 0
    ? lines
    : [...lines, style.dim(`  and ${formatNumber(more)} more: --json, --report html`)];
};
