import type { NightResult } from '@livekit-swarm/chaos/night';
import type { ReportOptions } from '../reporter.ts';
import { seriesVerdict } from '../series-verdict.ts';
import { MARKS, paintOf, printable, renderTitledTable, styleFor, wrap } from '../text-layout.ts';
import {
  countsText,
  drillTable,
  leftOutTable,
  nightReasons,
  pastTable,
  placeText,
} from './phrases.ts';

/** Text of a night, for a terminal. */
export const renderNightText = (
  result: NightResult,
  { color = false }: ReportOptions = {},
): string => {
  const style = styleFor(color);
  const { verdict, name } = seriesVerdict(result.exitCode);
  const sections = [
    [
      `${paintOf(style, verdict)(`${MARKS[verdict]} ${name.toUpperCase()} (exit ${result.exitCode})`)}  ${countsText(result)}`,
      ...nightReasons(result).flatMap((reason) => wrap('  · ', reason)),
      ...wrap('  ', placeText(result)).map(style.dim),
    ],
    renderTitledTable('DRILLS', drillTable(result), style),
    renderTitledTable('LEFT OUT', leftOutTable(result.leftOut), style),
    renderTitledTable('NIGHTS BEFORE', pastTable(result), style),
    wrap('  ', `History: ${result.history}`).map(style.dim),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => printable(lines.join('\n')))
    .join('\n\n')}\n`;
};
