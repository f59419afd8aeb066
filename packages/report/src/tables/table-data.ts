/** A table before anybody knows how it will look: on a terminal, in Markdown. */
export interface TableData {
  head: string[];
  rows: string[][];
  /** Columns that stand to the left, as names do; figures stand to the right. */
  left: readonly number[];
}
