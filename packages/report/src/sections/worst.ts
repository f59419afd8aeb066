import type { ReportInput } from '../report-input.ts';
import type { Style } from '../style.ts';
import { renderHeadedTable } from '../table.ts';
import { worstTable } from '../tables/worst.ts';

/** Who had it worst. */
export const worstSection = ({ summary }: ReportInput, style: Style): string[] => {
  const table = worstTable(summary);
  return table.rows.length === 0
    ? []
    : [style.title('WORST PARTICIPANTS'), ...renderHeadedTable(table, style)];
};
