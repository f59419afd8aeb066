import { isUsageError, usageError } from '@livekit-swarm/settings/errors';
import type { Command } from 'commander';

/** Throws an error again; for a value from the environment, it names the variable. */
export const blameEnvironment =
  (command: Command) =>
  (error: unknown): never => {
    const fromOutside = command.options.filter(
      (option) => command.getOptionValueSource(option.attributeName()) === 'env',
    );
    if (!isUsageError(error) || fromOutside.length === 0) throw error;
    const names = `from the environment: ${fromOutside.map(({ envVar }) => envVar).join(', ')}`;
    throw usageError(error.message, error.hint === null ? names : `${error.hint} (${names})`);
  };
