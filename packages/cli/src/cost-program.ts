import type { ExitCode } from '@livekit-swarm/settings/errors';
import { type Command, Option } from 'commander';
import type { CostFlags } from './commands/cost.ts';
import type { Console } from './console.ts';
import { addGroup } from './flags/environment.ts';
import { resultOutputFlags } from './flags/output.ts';
import { repeatable } from './flags/repeatable.ts';
import { scenarioFlags } from './flags/scenario.ts';
import { addHelp, type CommandHelp } from './help/command-help.ts';

/** `swarm cost`. Its code is loaded on use. */
export const addCostCommand = (
  program: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const command = program
    .command('cost')
    .description('estimate what a load costs a month: LiveKit Cloud, own machines')
    .argument('[file]', 'a scenario file or a timetable');
  addGroup(command, console.env, 'Load:', [
    ...scenarioFlags(),
    new Option(
      '--per-month <n>',
      'occurrences of the scenario in a month (default: around the clock)',
    ),
  ]);
  addGroup(command, console.env, 'Prices:', [
    new Option('--prices <file>', 'another price book (default: the one that comes with swarm)'),
    repeatable(
      '--provider <name>',
      'only this provider or machine: hetzner, aws:c6i.xlarge (may be repeated)',
    ),
  ]);
  addGroup(command, console.env, 'Your machines:', [
    new Option('--capacity <file>', 'capacity of a node, as swarm capacity measured it'),
    new Option(
      '--headroom <factor>',
      'factor on the load for which nodes are counted (default: 1.5)',
    ),
    new Option('--min-nodes <n>', 'nodes that run in any case (default: 1)'),
    new Option('--autoscale', 'nodes start and stop with the load, hour by hour'),
    new Option(
      '--turn <share>',
      'traffic that a paid TURN service relays: 20% (default: none, LiveKit has its own)',
    ),
    new Option('--staff <usd>', 'cost of their operation per month (default: 0)'),
  ]);
  for (const option of resultOutputFlags('cost')) command.addOption(option.helpGroup('Output:'));
  addGroup(command, console.env, 'Output:', [
    new Option('--print-prices', 'print the price book that comes with swarm, and exit'),
  ]);
  addHelp(command, costHelp).action(async (file: string | undefined, flags: CostFlags) => {
    const { costCommand } = await import('./commands/cost.ts');
    done(await costCommand(file, flags, console));
  });
};

const costHelp: CommandHelp = {
  examples: [
    ['swarm cost scenarios/video-meeting.yaml'],
    ['swarm cost school.yaml --provider hetzner --provider aws:c6i.xlarge --autoscale'],
    ['swarm cost school.yaml --capacity capacity.json --staff 4000'],
    ['swarm cost --print-prices > prices.yaml'],
  ],
  notes: `
Every price has a source and a day; what was assumed is listed below the figures. Exits with 0, and
with 2 when a file is invalid.
`,
};
