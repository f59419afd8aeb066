/** Renders a table; cells keep their own Markdown, bars in them are escaped. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map(cell).join(' | ')} |`)
    .join('\n');

const cell = (text: string): string => text.replaceAll('|', '\\|');

export const code = (text: string): string => `\`${text}\``;

/** Names the source of a generated page, for readers who want to edit it. */
export const generatedFrom = (source: string): string =>
  `<!-- Written by scripts/docs.ts from ${source}: edit that, then run "npm run docs". -->`;
