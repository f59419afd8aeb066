import type { ReportInput } from '../report-input.ts';
import type { Style } from '../style.ts';
import { renderHeadedTable } from '../table.ts';
import { mediaTable } from '../tables/media.ts';

/** Media by kind and direction. */
export const mediaSection = ({ summary }: ReportInput, style: Style): string[] =>
  summary.traffic.length === 0 ? [] : [style.title('MEDIA'), ...renderHeadedTable(mediaTable(summary), style)];
