import {
  type CommandFacts,
  describeCommand,
  everyCommand,
  type FlagFacts,
} from '../../packages/cli/src/completion/command-tree.ts';
import { COMMAND_GROUPS } from '../../packages/cli/src/help/command-groups.ts';
import { exampleLines, examplesOf } from '../../packages/cli/src/help/command-help.ts';
import { createProgram } from '../../packages/cli/src/program.ts';
import { code, generatedFrom, table } from './markdown.ts';

type Command = ReturnType<typeof createProgram>;

/** Page docs/commands.md: every command with examples and flags, in the groups of the help. */
export const commandsPage = (): string => {
  const { stdout, stderr } = process;
  const program = createProgram({ stdout, stderr, env: {} }, () => {});
  const facts = everyCommand(describeCommand(program));
  return [
    generatedFrom('the commands of packages/cli'),
    '# Commands',
    'Every command with its examples and flags, as in `swarm COMMAND --help`. Without a command, the flags of `swarm run` apply. Flags of runs can be [environment variables](environment.md): `--rooms` is `SWARM_ROOMS`. What a command returns: [Exit codes](exit-codes.md).',
    contents(facts),
    ...Object.values(COMMAND_GROUPS).flatMap((names) =>
      names.flatMap((name) =>
        facts
          .filter(({ path }) => path === name || path.startsWith(`${name} `))
          .map((one) => commandText(one, examplesAt(program, one.path))),
      ),
    ),
    '',
  ].join('\n\n');
};

const contents = (facts: readonly CommandFacts[]): string =>
  table(
    ['you want to', 'commands'],
    Object.entries(COMMAND_GROUPS).map(([title, names]) => [
      title,
      names
        .filter((name) => facts.some(({ path }) => path === name))
        .map((name) => `[${name}](#swarm-${name})`)
        .join(', '),
    ]),
  );

const commandText = (
  { path, description, arguments: operands, flags, commands }: CommandFacts,
  examples: string,
): string =>
  [
    `## swarm ${path}`,
    escaped(`${description.charAt(0).toUpperCase()}${description.slice(1)}.`),
    ...(examples === '' ? [] : [`\`\`\`text\n${examples}\n\`\`\``]),
    ...(commands.length === 0
      ? []
      : [`Commands: ${commands.map((one) => code(one.path)).join(', ')}`]),
    ...(operands === '' ? [] : [`Arguments: ${code(operands)}`]),
    ...(flags.length === 0 ? [] : [table(['flag', 'meaning'], flags.map(flagCells))]),
  ].join('\n\n');

const examplesAt = (program: Command, path: string): string => {
  const command = path
    .split(' ')
    .reduce<Command | undefined>(
      (parent, name) => parent?.commands.find((child) => child.name() === name),
      program,
    );
  if (command === undefined) throw new Error(`there is no command "${path}"`);
  return exampleLines(examplesOf(command)).join('\n').replaceAll(/^ {2}/gm, '');
};

const flagCells = ({ names, value, description }: FlagFacts): string[] => [
  code(`${names.join(', ')}${value === null ? '' : ` ${value}`}`),
  escaped(description),
];

/** Escapes characters that a browser or Vue would read as HTML. */
const escaped = (text: string): string => text.replaceAll('<', '&lt;').replaceAll('{', '&#123;');
