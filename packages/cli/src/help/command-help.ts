import type { Command, Help } from 'commander';

/** Widest line of a page of help, columns. */
export const HELP_WIDTH = 100;

/** A command line that works, and its effect. */
export type Example = readonly [line: string, effect?: string];

/** Parts of a command's help below its flags. */
export interface CommandHelp {
  examples: readonly Example[];
  /** Heading of the examples, if it is another. */
  title?: string;
  /** Paragraphs below the examples. They are wrapped; indented lines remain lines of their own. */
  notes?: string;
}

const examples = new WeakMap<Command, readonly Example[]>();

/** Adds examples and notes to the help of a command. Errors name the first example. */
export const addHelp = (
  command: Command,
  { examples: own, title = 'Examples:', notes }: CommandHelp,
): Command => {
  examples.set(command, own);
  return command.addHelpText('after', () => {
    const help = command.createHelp();
    return [
      `\n${title}\n${exampleLines(own, help.helpWidth).join('\n')}`,
      ...(notes === undefined ? [] : [wrapNotes(notes, help)]),
    ].join('\n\n');
  });
};

/** Examples in the help of a command. */
export const examplesOf = (command: Command): readonly Example[] => examples.get(command) ?? [];

/** Renders examples one below the other, with their effects in a second column. */
export const exampleLines = (list: readonly Example[], width = HELP_WIDTH): string[] => {
  const column = Math.max(
    0,
    ...list.map(([line, effect]) => (effect === undefined ? 0 : line.length)),
  );
  return list.map(([line, effect]) =>
    effect === undefined ? breakLine(line, width) : `  ${line.padEnd(column)}  ${effect}`,
  );
};

/** Breaks a command line that is wider than the page in front of its flags, as a shell reads it. */
const breakLine = (line: string, width: number): string => {
  const [first = '', ...flags] = line.split(/ (?=--?\w)/);
  const lines: string[] = [];
  let last = `  ${first}`;
  for (const flag of flags) {
    if (`${last} ${flag} \\`.length <= width) last = `${last} ${flag}`;
    else {
      lines.push(`${last} \\`);
      last = `    ${flag}`;
    }
  }
  return [...lines, last].join('\n');
};

/** Space in front of the text of a line: its indent, and the exit code of a table of them. */
const LEAD = /^ *(?:\d+ {2})?/;

const wrapNotes = (notes: string, help: Help): string => {
  const { helpWidth = HELP_WIDTH } = help;
  return notes
    .trim()
    .replaceAll(/(?<=\S)\n(?=\S)/g, ' ')
    .split('\n')
    .map((line) => {
      const lead = LEAD.exec(line)?.[0] ?? '';
      const text = help.boxWrap(line.slice(lead.length), helpWidth - lead.length);
      return `${lead}${text.replaceAll('\n', `\n${' '.repeat(lead.length)}`)}`;
    })
    .join('\n');
};
