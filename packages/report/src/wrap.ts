/** The width that reports keep to. */
export const COLUMNS = 100;

/** Breaks a sentence into lines of at most `COLUMNS`, the first behind `head`, the others under its text. A word longer than a line (a path) stays whole. */
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
