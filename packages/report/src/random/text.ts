import type { RandomResult } from '@livekit-swarm/chaos/random';
import type { ReportOptions } from '../reporter.ts';
import { seriesVerdict } from '../series-verdict.ts';
import { MARKS, paintOf, printable, renderTitledTable, styleFor, wrap } from '../text-layout.ts';
import { drawnText, invariantTable, searchCounts, searchPlace, searchReasons } from './phrases.ts';

/** Text of a search, for a terminal. */
export const renderRandomText = (
  result: RandomResult,
  { color = false }: ReportOptions = {},
): string => {
  const style = styleFor(color);
  const { verdict, name } = seriesVerdict(result.exitCode);
  const { head, rows, left } = invariantTable(result);
  // The conditions are too long for a column; the page has them.
  const short = { head: head.slice(0, 3), rows: rows.map((row) => row.slice(0, 3)), left };
  const sections = [
    [
      `${paintOf(style, verdict)(`${MARKS[verdict]} ${name.toUpperCase()} (exit ${result.exitCode})`)}  ${searchCounts(result)}`,
      ...searchReasons(result).flatMap((reason) => wrap('  · ', reason)),
      ...wrap('  ', searchPlace(result)).map(style.dim),
    ],
    renderTitledTable('INVARIANTS', short, style),
    result.drills.length === 0
      ? []
      : [
          style.dim('DRILLS'),
          ...result.drills.flatMap((line) => wrap('  ', `${line.drill}  ${drawnText(line)}`)),
        ],
    wrap('  ', `History: ${result.history}`).map(style.dim),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => printable(lines.join('\n')))
    .join('\n\n')}\n`;
};
