import type { TableData } from '../text-layout.ts';

/** The most characters that GitHub takes in a comment. */
export const MAX_CHARACTERS = 65_536;

/**
 * Text that Markdown (CommonMark and GitHub's tables) renders literally: nothing of it becomes
 * HTML, emphasis, a heading, a link, a formula, a mention (`@name`) or of an issue (`#1`), nor does
 * it end a table's cell.
 */
export const plain = (text: string): string =>
  oneLine(text)
    .replaceAll(/[\\`*[\]#|~$]/g, '\\$&')
    // Within a word it is only that.
    .replaceAll(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\_')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    // A zero-width space in between prevents mentions and links to issues.
    .replaceAll(/(?<!\w)[@#](?=\w)/g, '$&\u200b');

/** Text that begins a line, where a dash, a plus or a number would begin a list. */
export const line = (text: string): string =>
  plain(text)
    .replace(/^[-+=]/, '\\$&')
    .replace(/^(\d+)([.)])(?=\s|$)/, '$1\\$2');

/** An item of a list. */
export const item = (text: string): string => `- ${line(text)}`;

/**
 * Text in code: with as many backticks around it as it takes (CommonMark §6.1); pipes are escaped,
 * as tables split cells before anything else.
 */
export const code = (text: string): string => {
  const content = oneLine(text).replaceAll('|', '\\|');
  if (content === '') return '';
  // A backslash before a pipe would take the pipe's own escape away, and code knows no other: then it is text.
  if (content.includes('\\\\|')) return plain(text);
  const longest = Math.max(0, ...[...content.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = content.startsWith('`') || content.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${content}${pad}${fence}`;
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

const oneLine = (text: string): string =>
  text.toWellFormed().replaceAll(CONTROL, '\ufffd').replaceAll(/\s+/g, ' ').trim();

/** Cut a long text: what servers say has no end. */
export const cut = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 1)}…`;

/** Table whose cells are Markdown already. Rows beyond `most` are counted, not shown. */
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

/** A part of a document; of two that do not both fit, the one of lower `rank` stays. */
export interface Part {
  rank: number;
  text: string;
}

/**
 * Joins as many parts as fit into `most` characters, the most important first, in their order.
 * `leftOut` is appended when parts are missing. Whatever is too long even alone is left out, too.
 */
export const fit = (parts: readonly Part[], most: number, leftOut: string): string => {
  const whole = parts.filter(({ text }) => text !== '');
  const joined = (some: readonly Part[], note: boolean): string =>
    `${[...some.map(({ text }) => text), ...(note ? [leftOut] : [])].join('\n\n')}\n`;
  const all = joined(whole, false);
  if (all.length <= most) return all;
  const kept = new Set<Part>();
  let room = most - joined([], true).length;
  for (const part of whole.toSorted((a, b) => a.rank - b.rank)) {
    if (part.text.length + 2 > room) continue;
    kept.add(part);
    room -= part.text.length + 2;
  }
  return joined(
    whole.filter((part) => kept.has(part)),
    true,
  );
};
