import type { Command } from 'commander';

/** Tells flags of the command line from those of the environment, of a file, and from defaults. */
export const isTyped =
  (command: Command) =>
  (flag: string): boolean =>
    command.getOptionValueSource(flag) === 'cli';
