import type { Command } from 'commander';

/** Words that lead to a command, without the name of the program: `chaos run`. */
export const pathOf = (command: Command): string =>
  command.parent === null || command.parent.parent === null
    ? command.name()
    : `${pathOf(command.parent)} ${command.name()}`;
