import {
  type CommandFacts,
  describeCommand,
  everyCommand,
  type FlagFacts,
} from '../../packages/cli/src/completion/command-tree.ts';
import { createProgram } from '../../packages/cli/src/program.ts';
import { code, table } from '../docs/markdown.ts';

/** Renders every command with its flags, from the program. */
export const commandReference = (): string => {
  const { stdout, stderr } = process;
  const program = describeCommand(createProgram({ stdout, stderr, env: {} }, () => {}));
  return [
    '# Commands',
    'Written from the program itself, as is `swarm COMMAND --help`, which also has examples. Flags of runs can be environment variables: `--rooms` is `SWARM_ROOMS`.',
    ...everyCommand(program).map(commandText),
    '',
  ].join('\n\n');
};

const commandText = ({ path, description, arguments: operands, flags }: CommandFacts): string =>
  [
    `## swarm${path === '' ? '' : ` ${path}`}`,
    escaped(description),
    ...(operands === '' ? [] : [`Arguments: ${code(operands)}`]),
    ...(flags.length === 0 ? [] : [table(['flag', 'meaning'], flags.map(flagCells))]),
  ].join('\n\n');

const flagCells = ({ names, value, description }: FlagFacts): string[] => [
  code(`${names.join(', ')}${value === null ? '' : ` ${value}`}`),
  escaped(description),
];

/** Escapes characters that Vue would read as HTML. */
const escaped = (text: string): string => text.replaceAll('<', '&lt;').replaceAll('{', '&#123;');
