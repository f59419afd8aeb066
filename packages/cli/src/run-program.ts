import { type ExitCode, usageError } from '@livekit-swarm/settings';
import { type Command, Option } from 'commander';
import type { PlanFlags } from './commands/plan.ts';
import type { RunFilesFlags } from './commands/run-files.ts';
import type { Console } from './console.ts';
import { addCrowdFlags, addGroup, type CrowdFlags, collector, colorFlag } from './flags.ts';
import { exitCodeHelp } from './help.ts';

type Blame = (command: Command) => (error: unknown) => never;

/** How a scenario is to be taken. */
export const scenarioFlags = (): Option[] => [
  new Option('--scale <name>', 'one of the file’s own scales, or a factor: small, 0.1'),
  new Option(
    '--seed <n>',
    'other random numbers: who stays how long, who comes when (default: the scenario’s)',
  ),
];

/** `swarm run` and `swarm plan`: what scenario files ask for. Their code is loaded when they are called for. */
export const addRunCommands = (
  program: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
  blame: Blame,
): void => {
  const run = program
    .command('run')
    .description('run scenario files, one after the other, and judge each')
    .argument('<files...>', 'scenario files; - for standard input');
  addGroup(run, console.env, 'The scenario:', [
    ...scenarioFlags(),
    new Option('--tag <name=value>', 'carried along into record and reports (may be repeated)')
      .argParser(collector())
      .default([]),
  ]);
  addCrowdFlags(run, console.env)
    .optionsGroup('General:')
    .addOption(colorFlag())
    .addHelpText('after', filesHelp)
    .action(async (files: string[], _flags: unknown, command: Command) => {
      refuseMisplaced(program, 'run');
      const { runFilesCommand } = await import('./commands/run-files.ts');
      const typed = (flag: keyof CrowdFlags): boolean =>
        command.getOptionValueSource(flag) === 'cli';
      done(
        await runFilesCommand(files, command.opts<RunFilesFlags>(), typed, console).catch(
          blame(command),
        ),
      );
    });

  const plan = program
    .command('plan')
    .description('say what a scenario would do, and whether this machine can; start nothing')
    .argument('<file>', 'a scenario file; - for standard input');
  addGroup(plan, console.env, 'The scenario:', scenarioFlags());
  addGroup(plan, console.env, 'The machine:', [
    new Option(
      '--url <url>',
      'the server is elsewhere and takes nothing of this machine; also LIVEKIT_URL',
    ),
    new Option('--signalling <version>', 'auto, v1 or v0 (default: auto)')
      .choices(['auto', 'v1', 'v0'])
      .default('auto'),
    new Option(
      '--workers <n>',
      'processes that host participants (default: as many as it takes, one a core)',
    ),
  ]);
  plan
    .option('--json', 'print one JSON object')
    .addOption(colorFlag())
    .addHelpText('after', planHelp)
    .action(async (file: string, _flags: unknown, command: Command) => {
      refuseMisplaced(program, 'plan');
      const { planCommand } = await import('./commands/plan.ts');
      done(await planCommand(file, command.opts<PlanFlags>(), console).catch(blame(command)));
    });
};

/** Flags in front of a command's name are those of a run without a file: they would be passed over without a word. */
const refuseMisplaced = (program: Command, name: string): void => {
  const misplaced = program.options.find(
    (option) => program.getOptionValueSource(option.attributeName()) === 'cli',
  );
  if (misplaced === undefined) return;
  throw usageError(
    `${misplaced.long ?? misplaced.flags} stands in front of "${name}"`,
    `flags come behind it ("swarm ${name} --help" lists them); those that shape the load belong to the scenario`,
  );
};

const filesHelp = () => `
Examples:
  swarm run scenarios/voice-ai.yaml
  swarm run scenarios/*.yaml --scale small                 all of them, small: is everything fine with them?
  swarm run release.yaml --url wss://livekit.example.com   your deployment (keys: LIVEKIT_API_KEY, …_SECRET)
  swarm run release.yaml --threshold 'join_time: p(95)<1500' --tag commit=4f2a91c --report junit=out/junit.xml

All files are read, checked and planned before the first is run. Each is run against a server of its own, unless there is a --url. Several are
shown one by one, with an overview at the end; --json prints one object then, with all of them in "runs"; --record names a folder that gets one
for each. One that cannot be run does not keep the others from it; Ctrl-C ends the one that runs, and those after it are not begun.

Flags take precedence over the environment (SWARM_SCALE, SWARM_THRESHOLD, …), and that over the file. A threshold replaces the one
of the file on the same metric, selector, window and aggregation, and comes on top of the others.

${exitCodeHelp()}

Of several, the first of these is returned: 130, 1, 2, 3, 99, 98, 0.
`;

const planHelp = `
Examples:
  swarm plan scenarios/viral-spike.yaml
  swarm plan scenarios/big-cluster.yaml --url wss://livekit.example.com
  swarm plan release.yaml --scale 0.5 --json

Packets and bits are those of media and data in the steady state; on the wire, headers included. It exits with 0, also with
a warning that this machine is too small, and with 2 when the scenario is wrong or could not be run here at all.
`;
