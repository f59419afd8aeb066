import type { ReportInput } from '../report-input.ts';
import type { Style } from '../style.ts';
import { renderHeadedTable } from '../table.ts';
import { mediaTable } from '../tables/media.ts';
import { roleTable } from '../tables/roles.ts';

/** More rows than these are for other reports. */
const MOST_ROWS = 40;

/** Media by kind and direction, and of each role where there are several. */
export const mediaSection = ({ summary }: ReportInput, style: Style): string[] => {
  if (summary.traffic.length === 0) return [];
  const roles = roleTable(summary);
  const rest = roles.rows.length - MOST_ROWS;
  return [
    style.title('MEDIA'),
    ...renderHeadedTable(mediaTable(summary), style),
    ...renderHeadedTable({ ...roles, rows: roles.rows.slice(0, MOST_ROWS) }, style),
    ...(rest > 0 ? [style.dim(`  … and ${rest} more, all of them in the JSON`)] : []),
  ];
};
