import type { TableData } from '../table.ts';

/** Cells are Markdown already. Beyond `most` rows the rest is counted, not shown. */
export const markdownTable = (
  { head, rows, left }: TableData,
  most = Number.POSITIVE_INFINITY,
): string => {
  if (rows.length === 0) return '';
  const shown = rows.slice(0, most);
  const rest = rows.length - shown.length;
  const rule = head.map((_, column) => (left.includes(column) ? ':--' : '--:'));
  const lines = [head, rule, ...shown].map((cells) => `| ${cells.join(' | ')} |`);
  return [...lines, ...(rest > 0 ? ['', `… and ${rest} more`] : [])].join('\n');
};
