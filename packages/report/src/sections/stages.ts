import type { ReportInput } from '../report-input.ts';
import type { Style } from '../style.ts';
import { renderHeadedTable } from '../table.ts';
import { stageTable } from '../tables/stages.ts';

/** More stages than these are for other reports. */
const MOST_ROWS = 40;

/** How it went stage by stage. */
export const stageSection = ({ summary }: ReportInput, style: Style): string[] => {
  const table = stageTable(summary);
  if (table.rows.length === 0) return [];
  const rest = table.rows.length - MOST_ROWS;
  return [
    style.title('STAGES'),
    ...renderHeadedTable({ ...table, rows: table.rows.slice(0, MOST_ROWS) }, style),
    ...(rest > 0 ? [style.dim(`  … and ${rest} more, all of them in the JSON`)] : []),
  ];
};
