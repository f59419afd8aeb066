import type { ExitCode } from '@livekit-swarm/settings';
import type { Command } from 'commander';
import type { InitFlags } from './commands/init.ts';
import type { ValidateFlags } from './commands/validate.ts';
import type { Console } from './console.ts';
import { colorFlag } from './flags.ts';

/** The default file of `swarm init`. */
const FIRST_FILE = 'scenario.yaml';

/** `swarm validate` and `swarm init`: scenario files before they run. */
export const addScenarioCommands = (
  program: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  program
    .command('init')
    .description('write a first scenario file, with comments')
    .argument('[file]', `what it is to be called (default: ${FIRST_FILE})`)
    .option('--force', 'overwrite it if it is there')
    .addHelpText('after', initHelp)
    .action(async (file: string | undefined, flags: InitFlags) => {
      const { initCommand } = await import('./commands/init.ts');
      done(await initCommand(file ?? FIRST_FILE, flags, console));
    });

  program
    .command('validate')
    .description('check scenario files and report every problem')
    .argument('<files...>', 'scenario files; - for standard input')
    .option(
      '--scale <name>',
      'whether they have this scale, too: one of theirs, or a factor as 0.1',
    )
    .option('--json', 'print one JSON object')
    .addOption(colorFlag())
    .addHelpText('after', validateHelp)
    .action(async (files: string[], _flags: unknown, command: Command) => {
      const { validateCommand } = await import('./commands/validate.ts');
      done(await validateCommand(files, command.opts<ValidateFlags>(), console));
    });
};

const initHelp = `
Examples:
  swarm init
  swarm init scenarios/meetings.yaml

The example runs in a quarter of a minute. Files are only overwritten with --force.
`;

const validateHelp = `
Examples:
  swarm validate scenario.yaml
  swarm validate scenarios/*.yaml --scale small
  swarm --rooms 500 --print-scenario | swarm validate -

Every scale of a file is checked, whichever is asked for. It exits with 0 when all files are fine, else with 2.
`;
