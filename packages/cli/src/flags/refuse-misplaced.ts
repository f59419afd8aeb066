import { usageError } from '@livekit-swarm/settings/errors';
import type { Command } from 'commander';
import { pathOf } from './path-of.ts';

/**
 * Refuses flags in front of a command's name: they belong to a run without a file, and the command would ignore them, such as a host that may not be loaded.
 * @throws SwarmError `usage`
 */
export const refuseMisplacedFlags = (program: Command, command: Command): void => {
  if (command === program) return;
  const misplaced = program.options.find(
    (option) => program.getOptionValueSource(option.attributeName()) === 'cli',
  );
  if (misplaced === undefined) return;
  const name = pathOf(command);
  throw usageError(
    `${misplaced.long ?? misplaced.flags} is in front of "${name}"`,
    `put flags after it ("swarm ${name} --help" lists them); flags that shape the load belong in the scenario`,
  );
};
