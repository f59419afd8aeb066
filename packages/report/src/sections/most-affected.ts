import type { ReportInput } from '../report-input.ts';
import type { Style } from '../style.ts';
import { renderHeadedTable } from '../table.ts';
import { mostAffectedTable } from '../tables/most-affected.ts';

/** The most affected participants. */
export const mostAffectedSection = ({ summary }: ReportInput, style: Style): string[] => {
  const table = mostAffectedTable(summary);
  return table.rows.length === 0
    ? []
    : [style.title('MOST AFFECTED PARTICIPANTS'), ...renderHeadedTable(table, style)];
};
