import type { Verdict } from '@livekit-swarm/analysis';
import type { DrillVerdict } from '@livekit-swarm/record';
import Table from 'cli-table3';
import picocolors from 'picocolors';

export type Paint = (text: string) => string;

/** Colours and weights by meaning; without colours every paint leaves the text alone. */
export interface Style {
  title: Paint;
  good: Paint;
  bad: Paint;
  unsure: Paint;
  dim: Paint;
}

export const styleFor = (color: boolean): Style => {
  const colors = picocolors.createColors(color);
  return {
    title: colors.bold,
    good: colors.green,
    bad: colors.red,
    unsure: colors.yellow,
    dim: colors.dim,
  };
};

export const MARKS = { passed: '✓', failed: '✗', inconclusive: '?' } as const;

/** Paint for the verdict of a run or of a repeat of a drill. */
export const paintOf = (style: Style, verdict: Verdict | DrillVerdict): Paint =>
  verdict === 'passed' ? style.good : verdict === 'failed' ? style.bad : style.unsure;

/** The colours and weights of `Style`, which are all that may reach a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with one.
const OURS = /\u001b\[(?:1|2|22|31|32|33|39)m/y;

/**
 * Text that a terminal shows and does not obey: what servers say may hold escape sequences that
 * move the cursor, set the title or worse. Every control character that is neither a line end nor
 * part of a colour of `Style` becomes U+FFFD.
 */
export const printable = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
  text.replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, (sign, at: number) => {
    OURS.lastIndex = at;
    return sign === '\u001b' && OURS.test(text) ? sign : '\ufffd';
  });

/** The width that reports keep to. */
export const COLUMNS = 100;

/**
 * Breaks a sentence into lines of at most `COLUMNS`, the first behind `head`, the others under its
 * text. A word longer than a line (a path) stays whole.
 */
export const wrap = (head: string, text: string, columns: number = COLUMNS): string[] => {
  const indent = ' '.repeat(head.length);
  const lines: string[] = [];
  let line = head;
  let empty = true;
  for (const word of text.split(/\s+/)) {
    if (!empty && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = indent;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line];
};

/** A table before it is rendered as text, Markdown or HTML. */
export interface TableData {
  head: string[];
  rows: string[][];
  /** Columns aligned to the left, as names are; figures are aligned to the right. */
  left: readonly number[];
}

/** Blanks in front of each column of a table. */
export const COLUMN_PADDING = 2;

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

/**
 * Columns without borders, two blanks in front and between; the first column to the left, the
 * others to the right unless `left` names them.
 */
export const renderTable = (rows: string[][], left: readonly number[] = [0]): string[] => {
  const [first] = rows;
  if (first === undefined) return [];
  const table = new Table({
    chars: { ...NO_BORDERS, middle: '' },
    style: { 'padding-left': COLUMN_PADDING, 'padding-right': 0, head: [], border: [] },
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

/** A headed table below its title; nothing without a table or without rows. */
export const renderTitledTable = (
  title: string,
  table: TableData | null,
  style: Style,
): string[] =>
  table === null || table.rows.length === 0
    ? []
    : [style.title(title), ...renderHeadedTable(table, style)];
