import { COLUMN_PADDING, COLUMNS, type Paint, renderTable } from './text-layout.ts';

/** An entry of a checklist: a marked name with a finding, and lines below the finding. */
export interface ChecklistEntry {
  /** One character. */
  mark: string;
  name: string;
  finding: string;
  below: readonly string[];
  /** Paint of name and finding; default: none. */
  paint?: Paint;
}

/** Breaks a text into lines of at most a number of columns. */
type LineBreaker = (text: string, columns: number) => readonly string[];

const plain: Paint = (text) => text;

/**
 * Lays out a checklist in columns: marks, names, and findings with the lines below them.
 * @param breakLine for the lines below; default: none breaks, so that commands can be copied
 */
export const renderChecklist = (
  entries: readonly ChecklistEntry[],
  breakLine: LineBreaker = (text) => [text],
): string[] => {
  const longestName = Math.max(0, ...entries.map(({ name }) => name.length));
  const columns = COLUMNS - (COLUMN_PADDING + 1) - (COLUMN_PADDING + longestName) - COLUMN_PADDING;
  return renderTable(
    entries.flatMap(({ mark, name, finding, below, paint = plain }) => [
      [mark, paint(name), paint(finding)],
      ...below.flatMap((text) => breakLine(text, columns)).map((line) => ['', '', line]),
    ]),
    [0, 1, 2],
  );
};
