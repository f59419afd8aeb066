/** What GitHub shows of a command's output, beside the log. */
export interface Annotation {
  level: 'error' | 'warning' | 'notice';
  title: string;
  text: string;
}

/** GitHub shows this many annotations per level and step; it drops the rest silently. */
const MOST_OF_A_LEVEL = 10;
/** Longer ones are cut by GitHub. */
const LONGEST_TITLE = 250;
const LONGEST_TEXT = 4_000;

/** `::error title=…::…`, one line. In properties and text `%` and line ends are escaped; in properties `:` and `,`, too. */
export const workflowCommand = ({ level, title, text }: Annotation): string =>
  `::${level} title=${escapeProperty(cut(title, LONGEST_TITLE))}::${escapeData(cut(text, LONGEST_TEXT))}\n`;

/** Of too many the last one that is shown has the number of the others. */
export const atMost = (annotations: readonly Annotation[]): Annotation[] =>
  (['error', 'warning', 'notice'] as const).flatMap((level) => {
    const mine = annotations.filter((one) => one.level === level);
    if (mine.length <= MOST_OF_A_LEVEL) return mine;
    const shown = mine.slice(0, MOST_OF_A_LEVEL - 1);
    const rest = mine.slice(MOST_OF_A_LEVEL - 1);
    return [
      ...shown,
      {
        level,
        title: `… and ${rest.length} more`,
        text: rest.map(({ title, text }) => `${title}: ${text}`).join('\n'),
      },
    ];
  });

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const CONTROL = /[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f]/g;

const escapeData = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(CONTROL, ' ')
    .replaceAll('%', '%25')
    .replaceAll('\r', '%0D')
    .replaceAll('\n', '%0A');

const escapeProperty = (text: string): string =>
  escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

const cut = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 1)}…`;
