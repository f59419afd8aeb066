import type { ReportOptions } from '../reporter.ts';
import { type Paint, printable, renderTable, type Style, styleFor } from '../text-layout.ts';
import { exclusionLines, minuteText, NO_FIGURES, objectiveTable } from './phrases.ts';
import type { MonthReport, SloReport, SloResult } from './slo-report.ts';

/** A table for each month, and what was left out of it. */
export const renderSloText = (
  { months }: SloReport,
  { color = false }: ReportOptions = {},
): string => {
  const style = styleFor(color);
  return printable(`${months.map((month) => monthLines(month, style).join('\n')).join('\n\n')}\n`);
};

const monthLines = (month: MonthReport, style: Style): string[] => {
  const { head, rows, left } = objectiveTable(month);
  return [
    style.title(`${month.name}, ${minuteText(month.fromMs)} to ${minuteText(month.toMs)} UTC`),
    ...(month.results.length === 0
      ? [NO_FIGURES]
      : renderTable(
          [
            head.map(style.dim),
            ...rows.map((row, index) => {
              const paint = paintOf(month.results[index], style);
              return row.map((text, column) => (column === 2 ? paint(text) : text));
            }),
          ],
          left,
        )),
    ...exclusionLines(month).map((line, index) => (index === 0 ? line : `  ${line}`)),
  ];
};

const paintOf = (result: SloResult | undefined, style: Style): Paint => {
  const met = result?.met ?? null;
  return met === null ? style.dim : met ? style.good : style.bad;
};
