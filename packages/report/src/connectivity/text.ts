import type { ReportOptions } from '../reporter.ts';
import { printable, renderHeadedTable, styleFor } from '../text-layout.ts';
import type { Connectivity } from './connectivity.ts';
import { pathAdvice, pathTable } from './phrases.ts';

/** A line for each path, and what helps where one does not work. */
export const renderConnectivity = (
  { url, checks }: Connectivity,
  { color = false }: ReportOptions = {},
): string => {
  const style = styleFor(color);
  const { head, rows, left } = pathTable(checks);
  const painted = rows.map((row, index) => {
    const outcome = checks[index]?.outcome;
    const paint =
      outcome === 'works' ? style.good : outcome === 'failed' ? style.bad : (text: string) => text;
    return row.map(paint);
  });
  const advice = pathAdvice(checks).flatMap(({ text, hint }) => [`  ${text}`, `    → ${hint}`]);
  return printable(
    `${[
      `Connectivity of ${url}`,
      '',
      ...renderHeadedTable({ head, rows: painted, left }, style),
      ...(advice.length === 0 ? [] : ['', ...advice]),
    ].join('\n')}\n`,
  );
};
