import { isUsageError, usageError } from '@livekit-swarm/settings/errors';
import type { Command } from 'commander';
import { isLoadFlag } from '../flags/load.ts';

/** Throws an error again; for a value from the environment, it names the variable. */
export const blameEnvironment =
  (command: Command) =>
  (error: unknown): never => {
    // Beside a scenario file, variables of a load are not used: see `unusedVariables`.
    const fromOutside = command.options.filter(
      (option) =>
        command.getOptionValueSource(option.attributeName()) === 'env' &&
        (command.args.length === 0 || !isLoadFlag(option)),
    );
    if (!isUsageError(error) || fromOutside.length === 0) throw error;
    const names = `from the environment: ${fromOutside.map(({ envVar }) => envVar).join(', ')}`;
    throw usageError(error.message, error.hint === null ? names : `${error.hint} (${names})`);
  };
