import {
  cut,
  fit,
  item,
  line,
  MAX_CHARACTERS,
  markdownTable,
  plain,
} from '../markdown/elements.ts';
import { MARKS } from '../text-layout.ts';
import type { ResultPage } from './result-page.ts';

/** Characters of one sentence or cell. */
const LONGEST = 2_000;
const MOST_ROWS = 100;

const LEFT_OUT = '_This is not all: more would not fit into a comment._';

/** Markdown for a comment: verdict and reasons, then tables as long as they fit. */
export const renderPageMarkdown = (page: ResultPage): string => {
  const { tone, headline, lead, asked, reasons, sections } = page;
  return fit(
    [
      {
        rank: 0,
        text: `## ${tone === null ? '' : `${MARKS[tone]} `}${plain(cut(headline, LONGEST))}`,
      },
      { rank: 0, text: line(cut(lead, LONGEST)) },
      ...(asked === null ? [] : [{ rank: 1, text: line(cut(asked, LONGEST)) }]),
      { rank: 1, text: reasons.map((reason) => item(cut(reason, LONGEST))).join('\n') },
      ...sections
        .filter(({ table }) => table.rows.length > 0)
        .map(({ title, table: { head, rows, left }, note }) => {
          const cells = (row: readonly string[]): string[] =>
            row.map((text) => plain(cut(text, LONGEST)));
          const table = markdownTable(
            { head: cells(head), rows: rows.map(cells), left },
            MOST_ROWS,
          );
          const legend = note === undefined ? '' : `\n\n${line(cut(note, LONGEST))}`;
          return { rank: 2, text: `### ${plain(title)}\n\n${table}${legend}` };
        }),
    ],
    MAX_CHARACTERS,
    LEFT_OUT,
  );
};
