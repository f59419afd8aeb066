import type { ExitCode } from '@livekit-swarm/settings/errors';
import { type Command, Option } from 'commander';
import type { InitFlags } from './commands/init.ts';
import type { PlanFlags } from './commands/plan.ts';
import type { ValidateFlags } from './commands/validate.ts';
import type { Console } from './console.ts';
import { signallingFlag } from './flags/deployment.ts';
import { addGroup } from './flags/environment.ts';
import { calibrationFlag, processesFlag, witnessFlag } from './flags/generator.ts';
import { colorFlag, resultOutputFlags } from './flags/output.ts';
import { scenarioFlags } from './flags/scenario.ts';
import { blameEnvironment } from './help/blame-environment.ts';
import { addHelp, type CommandHelp } from './help/command-help.ts';

/** Default file of `swarm init`. */
const FIRST_FILE = 'scenario.yaml';

/** `swarm init`, `swarm validate` and `swarm plan`. Their code is loaded on use. */
export const addScenarioCommands = (
  program: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const init = program
    .command('init')
    .description('write an example scenario file with comments, or swarm.yaml')
    .argument('[file]', `name of the file (default: ${FIRST_FILE})`)
    .option('--force', 'overwrite an existing file');
  addHelp(init, initHelp).action(async (file: string | undefined, flags: InitFlags) => {
    const { initCommand } = await import('./commands/init.ts');
    done(await initCommand(file ?? FIRST_FILE, flags, console));
  });

  const validate = program
    .command('validate')
    .description('check scenario files and report every problem')
    .argument('<files...>', 'scenario files; - for standard input')
    .option('--scale <name>', 'also check that they have this scale: small, 0.1')
    .option('--json', 'print one JSON object')
    .addOption(colorFlag());
  addHelp(validate, validateHelp).action(
    async (files: string[], _flags: unknown, command: Command) => {
      const { validateCommand } = await import('./commands/validate.ts');
      done(await validateCommand(files, command.opts<ValidateFlags>(), console));
    },
  );

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
  addHelp(plan, planHelp).action(async (file: string, _flags: unknown, command: Command) => {
    const { planCommand } = await import('./commands/plan.ts');
    const flags = command.opts<PlanFlags>();
    done(await planCommand(file, flags, console).catch(blameEnvironment(command)));
  });
};

const initHelp: CommandHelp = {
  examples: [
    ['swarm init'],
    ['swarm init scenarios/meetings.yaml'],
    ['swarm init swarm.yaml', 'defaults of this folder: url, host rules, room prefix, thresholds'],
  ],
  notes: `
The example runs for 15 seconds. Existing files are only overwritten with --force.
`,
};

const validateHelp: CommandHelp = {
  examples: [
    ['swarm validate scenario.yaml'],
    ['swarm validate scenarios/*.yaml --scale small'],
    ['swarm --rooms 500 --print-scenario | swarm validate -'],
  ],
  notes: `
Every scale of a file is checked. Exits with 0 when all files are valid, else with 2.
`,
};

const planHelp: CommandHelp = {
  examples: [
    ['swarm plan scenarios/viral-spike.yaml'],
    ['swarm plan scenarios/big-cluster.yaml --url wss://livekit.example.com'],
    ['swarm plan release.yaml --scale 0.5 --json'],
  ],
  notes: `
Packets and bits are those of media and data in the steady state, on the wire, headers included.
Exits with 0, also with a warning that this host is too small, and with 2 when the scenario is
invalid or cannot run here.
`,
};
