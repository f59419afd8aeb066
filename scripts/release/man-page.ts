import { EXIT_CODES } from '@livekit-swarm/settings';
import {
  type CommandFacts,
  everyCommand,
  type FlagFacts,
} from '../../packages/cli/src/completion/command-tree.ts';

/**
 * Renders the manual page in the format of man(7): commands, flags and exit codes of the program.
 */
export const manPage = (program: CommandFacts, version: string): string =>
  [
    `.TH LIVEKIT-SWARM 1 "" "livekit-swarm ${version}" "User Commands"`,
    '.SH NAME',
    `livekit-swarm, swarm ${ESCAPED_DASH} ${text(firstSentence(program.description))}`,
    '.SH SYNOPSIS',
    '.B livekit-swarm',
    '[\\fIFLAGS\\fR]',
    '.br',
    '.B livekit-swarm',
    '\\fICOMMAND\\fR [\\fIFLAGS\\fR]',
    '.SH DESCRIPTION',
    text(program.description),
    'Without a command, flags describe a run.',
    'Both names are the same program.',
    '.SH OPTIONS',
    ...flagLines(program.flags),
    '.SH COMMANDS',
    ...everyCommand(program).slice(1).flatMap(commandLines),
    '.SH "EXIT STATUS"',
    ...Object.values(EXIT_CODES).flatMap(({ code, meaning }) => [
      '.TP',
      `.B ${code}`,
      text(meaning),
    ]),
    '.SH "SEE ALSO"',
    'https://github.com/livekit\\-swarm/livekit\\-swarm/tree/main/docs',
    '',
  ].join('\n');

const ESCAPED_DASH = '\\-';

const firstSentence = (description: string): string =>
  description.split(/[.;] ?/, 1)[0] ?? description;

const commandLines = ({
  path,
  description,
  arguments: operands,
  flags,
}: CommandFacts): string[] => [
  `.SS "livekit\\-swarm ${text(`${path} ${operands}`.trim())}"`,
  text(description),
  ...flagLines(flags),
];

const flagLines = (flags: readonly FlagFacts[]): string[] =>
  flags.flatMap(({ names, value, description, choices }, index) => [
    ...headingOf(flags, index),
    '.TP',
    `${names.map((name) => `\\fB${text(name)}\\fR`).join(', ')}${value === null ? '' : ` \\fI${text(value)}\\fR`}`,
    text(description),
    ...(choices.length > 0 && !choices.every((choice) => description.includes(choice))
      ? [`One of: ${text(choices.join(', '))}.`]
      : []),
  ]);

/** Heading of a group of flags, as in the help. */
const headingOf = (flags: readonly FlagFacts[], index: number): string[] => {
  const group = flags[index]?.group ?? null;
  return group === null || group === (flags[index - 1]?.group ?? null)
    ? []
    : ['.PP', `.I "${text(group)}"`];
};

/**
 * Escapes text for roff: a backslash, a dash, and a dot or quote at the start of a line have a
 * meaning (groff(7)).
 */
const text = (value: string): string =>
  value
    .replaceAll('\\', '\\e')
    .replaceAll('-', ESCAPED_DASH)
    .replaceAll('"', '\\(dq')
    .replaceAll('\n', ' ')
    .replace(/^[.']/, '\\&$&');
