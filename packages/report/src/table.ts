import Table from 'cli-table3';
import type { Style } from './style.ts';

/** A table before it is rendered as text, Markdown or HTML. */
export interface TableData {
  head: string[];
  rows: string[][];
  /** Columns aligned to the left, as names are; figures are aligned to the right. */
  left: readonly number[];
}

const NO_BORDERS = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
  ].map((name) => [name, '']),
);

/** Columns without borders, two blanks in front and between; the first column to the left, the others to the right unless `left` names them. */
export const renderTable = (rows: string[][], left: readonly number[] = [0]): string[] => {
  const [first] = rows;
  if (first === undefined) return [];
  const table = new Table({
    chars: { ...NO_BORDERS, middle: '' },
    style: { 'padding-left': 2, 'padding-right': 0, head: [], border: [] },
    colAligns: first.map((_, column) => (left.includes(column) ? 'left' : 'right')),
  });
  table.push(...rows);
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
};

/** A table below its head; nothing when it has no rows. */
export const renderHeadedTable = ({ head, rows, left }: TableData, style: Style): string[] =>
  rows.length === 0 ? [] : renderTable([head.map(style.dim), ...rows], left);
