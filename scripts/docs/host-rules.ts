import { createProgram } from '../../packages/cli/src/program.ts';
import { code, table } from './markdown.ts';

type Command = ReturnType<typeof createProgram>;

/** All commands below this one, each with its whole name: `swarm chaos run`. */
const everyCommand = (command: Command, path: string): { path: string; command: Command }[] => [
  { path, command },
  ...command.commands.flatMap((one) => everyCommand(one, `${path} ${one.name()}`)),
];

/** Use of `--confirm-target` as the help of a command states it; null: the command has no such flag. */
const confirmedBy = (command: Command): string | null => {
  const description = command.options.find(({ long }) => long === '--confirm-target')?.description;
  if (description === undefined) return null;
  return /needed for (.*?) \(may be/.exec(description)?.[1] ?? description;
};

/**
 * Table of all commands with rules for hosts, by what their `--confirm-target` is needed for: from
 * the flags themselves.
 */
export const hostRulesTable = (): string => {
  const program = createProgram(
    { stdout: process.stdout, stderr: process.stderr, env: {} },
    () => {},
  );
  const rows = new Map<string, string[]>();
  for (const { path, command } of everyCommand(program, 'swarm')) {
    if (!command.options.some(({ long }) => long === '--deny-host')) continue;
    const confirmed = confirmedBy(command) ?? 'never: no such flag';
    rows.set(confirmed, [...(rows.get(confirmed) ?? []), path]);
  }
  return table(
    ['commands', 'when `--confirm-target` is required, or what it allows'],
    [...rows].map(([confirmed, paths]) => [paths.map(code).join(', '), confirmed]),
  );
};
