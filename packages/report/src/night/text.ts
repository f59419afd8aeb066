import type { NightResult } from '@livekit-swarm/chaos/night';
import type { ReportOptions } from '../reporter.ts';
import {
  MARKS,
  paintOf,
  printable,
  renderHeadedTable,
  type Style,
  styleFor,
  type TableData,
  wrap,
} from '../text-layout.ts';
import {
  countsText,
  drillTable,
  leftOutTable,
  nightReasons,
  nightVerdict,
  pastTable,
  placeText,
} from './phrases.ts';

/** Text of a night, for a terminal. */
export const renderNightText = (
  result: NightResult,
  { color = false }: ReportOptions = {},
): string => {
  const style = styleFor(color);
  const { verdict, name } = nightVerdict(result);
  const sections = [
    [
      `${paintOf(style, verdict)(`${MARKS[verdict]} ${name.toUpperCase()} (exit ${result.exitCode})`)}  ${countsText(result)}`,
      ...nightReasons(result).flatMap((reason) => wrap('  · ', reason)),
      ...wrap('  ', placeText(result)).map(style.dim),
    ],
    part('DRILLS', drillTable(result), style),
    part('LEFT OUT', leftOutTable(result.leftOut), style),
    part('NIGHTS BEFORE', pastTable(result), style),
    wrap('  ', `History: ${result.history}`).map(style.dim),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => printable(lines.join('\n')))
    .join('\n\n')}\n`;
};

const part = (title: string, table: TableData, style: Style): string[] =>
  table.rows.length === 0 ? [] : [style.title(title), ...renderHeadedTable(table, style)];
