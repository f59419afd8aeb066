import type { Command } from 'commander';

/** Distinguishes flags of the command line from those of the environment or a file, and defaults. */
export const isTyped =
  (command: Command) =>
  (flag: string): boolean =>
    command.getOptionValueSource(flag) === 'cli';
