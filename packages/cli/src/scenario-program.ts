import { type ExitCode, usageError } from '@livekit-swarm/settings/errors';
import { type Command, Option } from 'commander';
import type { InitFlags } from './commands/init.ts';
import type { PlanFlags } from './commands/plan.ts';
import type { RunCommandFlags } from './commands/run.ts';
import type { ValidateFlags } from './commands/validate.ts';
import type { Console } from './console.ts';
import { signallingFlag } from './flags/deployment.ts';
import { addGroup } from './flags/environment.ts';
import { calibrationFlag, processesFlag, witnessFlag } from './flags/generator.ts';
import { describesLoad } from './flags/load.ts';
import { colorFlag, resultOutputFlags } from './flags/output.ts';
import { addRunFlags, type RunFlags } from './flags/run.ts';
import { scenarioFlags } from './flags/scenario.ts';
import { runHelp } from './help.ts';

/** Default file of `swarm init`. */
const FIRST_FILE = 'scenario.yaml';

/** `swarm init` and `swarm validate`. Their code is loaded on use. */
export const addScenarioCommands = (
  program: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  program
    .command('init')
    .description('write an example scenario file with comments, or swarm.yaml')
    .argument('[file]', `name of the file (default: ${FIRST_FILE})`)
    .option('--force', 'overwrite an existing file')
    .addHelpText('after', initHelp)
    .action(async (file: string | undefined, flags: InitFlags) => {
      const { initCommand } = await import('./commands/init.ts');
      done(await initCommand(file ?? FIRST_FILE, flags, console));
    });

  program
    .command('validate')
    .description('check scenario files and report every problem')
    .argument('<files...>', 'scenario files; - for standard input')
    .option('--scale <name>', 'also check that they have this scale: small, 0.1')
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
  swarm init swarm.yaml                  defaults of this folder: url, host rules, room prefix, thresholds

The example runs for 15 seconds. Existing files are only overwritten with --force.
`;

const validateHelp = `
Examples:
  swarm validate scenario.yaml
  swarm validate scenarios/*.yaml --scale small
  swarm --rooms 500 --print-scenario | swarm validate -

Every scale of a file is checked. Exits with 0 when all files are valid, else with 2.
`;

type Blame = (command: Command) => (error: unknown) => never;

/** `swarm run` and `swarm plan`. Their code is loaded on use. */
export const addRunCommands = (
  program: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
  blame: Blame,
): void => {
  const run = program
    .command('run')
    .description('run a load: scenario files one by one, or what flags describe')
    .argument('[files...]', 'scenario files; - for standard input');
  addGroup(run, console.env, 'Scenario:', scenarioFlags());
  addRunFlags(run, console.env)
    .optionsGroup('General:')
    .option('--print-scenario', 'print the equivalent scenario file and exit')
    .addOption(colorFlag())
    .addHelpText('after', filesHelp)
    .addHelpText('after', runHelp)
    .action(async (files: string[], _flags: unknown, command: Command) => {
      done(await runFilesOrFlags(files, command, console).catch(blame(command)));
    });

  const plan = program
    .command('plan')
    .description('show what a scenario does and whether this host can generate it')
    .argument('<file>', 'a scenario file; - for standard input');
  addGroup(plan, console.env, 'Scenario:', scenarioFlags());
  addGroup(plan, console.env, 'Host:', [
    new Option(
      '--url <url>',
      'plan for a server elsewhere, which uses nothing of this host; also LIVEKIT_URL',
    ),
    signallingFlag(),
    processesFlag(),
    calibrationFlag(),
    witnessFlag(),
  ]);
  for (const option of resultOutputFlags('plan')) plan.addOption(option.helpGroup('Output:'));
  plan
    .addHelpText('after', planHelp)
    .action(async (file: string, _flags: unknown, command: Command) => {
      const { planCommand } = await import('./commands/plan.ts');
      done(await planCommand(file, command.opts<PlanFlags>(), console).catch(blame(command)));
    });
};

/** `swarm run`, with scenario files or with flags that describe the load. */
const runFilesOrFlags = async (
  files: readonly string[],
  command: Command,
  console: Console,
): Promise<ExitCode> => {
  const flags = command.opts<RunCommandFlags & RunFlags & { printScenario?: true }>();
  const typed = (flag: string): boolean => command.getOptionValueSource(flag) === 'cli';
  if (files.length === 0 && !describesLoad(command, console.env))
    throw usageError(
      'swarm run: neither a scenario file nor a flag describes a load',
      'for example: swarm run scenario.yaml, or swarm run --rooms 20',
    );
  const { assertFileOrFlags } = await import('./scenario/file-or-flags.ts');
  assertFileOrFlags(files[0], typed);
  if (files.length > 0) {
    const { runCommand } = await import('./commands/run.ts');
    return await runCommand(files, flags, typed, console);
  }
  if (flags.printScenario === true) {
    const { printScenarioCommand } = await import('./commands/print-scenario.ts');
    return await printScenarioCommand(flags, console);
  }
  const { swarmCommand } = await import('./commands/swarm.ts');
  return await swarmCommand(flags, typed, console);
};

const filesHelp = () => `
Examples:
  swarm run scenarios/voice-ai.yaml
  swarm run scenarios/*.yaml --scale small                 a short trial of each
  swarm run release.yaml --url wss://livekit.example.com   your deployment (keys: LIVEKIT_API_KEY, …_SECRET)
  swarm run release.yaml --threshold 'join_time: p(95)<1500' --tag commit=4f2a91c --report junit=out/junit.xml

All files are read, checked and planned before the first is run. Without --url, a new server is started for each. Several files are
reported one by one, with an overview at the end; --json then prints one object with all of them in "runs", and --record is a folder
with a subfolder for each. If one cannot run, the others still do. Ctrl-C stops the current run and skips the rest.

Flags take precedence over the environment (SWARM_SCALE, SWARM_THRESHOLD, …), and that over the file. A threshold replaces the one
of the file with the same metric, selector, window and aggregation, and is added to the others.

With several files, the first of these is returned: 130, 1, 2, 3, 99, 98, 0.
`;

const planHelp = `
Examples:
  swarm plan scenarios/viral-spike.yaml
  swarm plan scenarios/big-cluster.yaml --url wss://livekit.example.com
  swarm plan release.yaml --scale 0.5 --json

Packets and bits are those of media and data in the steady state, on the wire, headers included. Exits with 0, also with
a warning that this host is too small, and with 2 when the scenario is invalid or cannot run here.
`;
