import type { ReportInput } from '../report-input.ts';
import type { Style } from '../style.ts';
import { renderHeadedTable } from '../table.ts';
import { joinCounts, joinReasons, joinTable, trackCounts } from '../tables/joins.ts';
import { wrap } from '../wrap.ts';

/** How many got in, how long each step took, and why the others did not. */
export const joinSection = ({ summary }: ReportInput, style: Style): string[] => [
  style.title('JOINS'),
  ...wrap('  ', joinCounts(summary)),
  ...wrap('  ', trackCounts(summary)),
  ...renderHeadedTable(joinTable(summary), style),
  ...joinReasons(summary).flatMap(([what, why]) => wrap(`  ${what}: `, why)),
];
