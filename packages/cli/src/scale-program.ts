import type { ExitCode } from '@livekit-swarm/settings/errors';
import { type Command, Option } from 'commander';
import type { ScaleFlags } from './commands/scale.ts';
import type { ForecastFlags } from './commands/scale-forecast.ts';
import type { Console } from './console.ts';
import { addObservedDeployment } from './flags/drill.ts';
import { addGroup } from './flags/environment.ts';
import { processesFlag } from './flags/generator.ts';
import { isTyped } from './flags/is-typed.ts';
import {
  colorFlag,
  quietFlag,
  recordFlag,
  reportFlags,
  resultOutputFlags,
} from './flags/output.ts';
import { labServerFlag } from './flags/server.ts';
import { addHelp, type CommandHelp } from './help/command-help.ts';

/** `swarm scale` and its command. Their code is loaded on use. */
export const addScaleCommand = (
  program: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const scale = program
    .command('scale')
    .description('rehearse an autoscaler: does it keep up with a timetable')
    .usage('[flags] FILE  or  swarm scale forecast …')
    .argument('<file>', 'scaler file: timetable, nodes, rule and objectives');
  addGroup(scale, console.env, 'Rehearsal:', [
    new Option('--compare', 'also rehearse the other mode, predictive or reactive, beside it'),
    labServerFlag(),
  ]);
  addObservedDeployment(scale, console.env);
  addGroup(scale, console.env, 'Result:', [recordFlag('TIME-scale-NAME'), ...reportFlags('scale')]);
  addGroup(scale, console.env, 'Load generator:', [processesFlag(), quietFlag()]);
  scale.optionsGroup('General:').addOption(colorFlag());
  addHelp(scale, scaleHelp).action(async (file: string, _flags: unknown, command: Command) => {
    const { scaleCommand } = await import('./commands/scale.ts');
    done(await scaleCommand(file, command.opts<ScaleFlags>(), isTyped(command), console));
  });
  addForecastCommand(scale, console, done);
};

const addForecastCommand = (
  scale: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const forecast = scale
    .command('forecast')
    .description('forecast nodes from a timetable: when to order each, and what is late')
    .argument('<timetable>', 'CSV (time,participants or time,rooms), or a timetable of swarm cost');
  addGroup(forecast, console.env, 'Nodes:', [
    new Option('--capacity <file>', 'what a node carries, as swarm capacity measured it'),
    new Option(
      '--carries <n>',
      'what a node carries: participants, or rooms of a timetable of rooms',
    ),
    new Option(
      '--headroom <factor>',
      'factor on the load for which nodes are counted (default: 1.5)',
    ).default('1.5'),
    new Option('--boot <time>', 'from the order of a node to its first room (required)'),
    new Option('--min-nodes <n>', 'nodes that run in any case (default: 1)').default('1'),
  ]);
  addGroup(forecast, console.env, 'Rule:', [
    new Option(
      '--every <time>',
      'time between two decisions of a reactive scaler (default: 15s)',
    ).default('15s'),
    new Option(
      '--cool-down <time>',
      'how long a node stays that is not needed (default: 5m)',
    ).default('5m'),
  ]);
  addGroup(forecast, console.env, 'Kubernetes:', [
    new Option(
      '--workload <kind/name>',
      'what the autoscaler of --report hpa and keda scales: statefulset/livekit (default: deployment/livekit)',
    ).default('deployment/livekit'),
  ]);
  addGroup(forecast, console.env, 'Price:', [
    new Option('--machine <name>', 'machine of the price book for each node: aws:c6i.xlarge'),
    new Option('--prices <file>', 'another price book (default: the one that comes with swarm)'),
  ]);
  for (const option of resultOutputFlags('forecast'))
    forecast.addOption(option.helpGroup('Output:'));
  addHelp(forecast, forecastHelp).action(async (timetable: string, flags: ForecastFlags) => {
    const { scaleForecastCommand } = await import('./commands/scale-forecast.ts');
    done(await scaleForecastCommand(timetable, flags, console));
  });
};

const forecastHelp: CommandHelp = {
  examples: [
    ['swarm scale forecast examples/scale/school-day.csv --carries 150 --boot 3m'],
    [
      'swarm scale forecast school.yaml --capacity capacity.json --boot 3m --machine aws:c6i.2xlarge',
    ],
    ['swarm scale forecast school.yaml --carries 150 --boot 3m --report hpa=hpa.yaml'],
  ],
  notes: `
Starts nothing. Exit codes: 0 forecast; 2 bad usage, or a wrong file.
`,
};

const scaleHelp: CommandHelp = {
  examples: [
    ['swarm scale examples/scale/evening.yaml'],
    ['swarm scale examples/scale/evening.yaml --compare --report html=scale.html'],
    ['swarm scale examples/scale/evening.yaml --server 1.13.4+node.yaml'],
    [
      'swarm scale hpa.yaml --kubernetes livekit --redis redis://10.0.0.5 --confirm-target livekit@eu',
    ],
    ['swarm scale forecast examples/scale/school-day.csv --carries 150 --boot 3m'],
  ],
  notes: `
Starts a lab of livekit-servers on this host (Redis and haproxy must be installed), runs the
timetable, and orders and drains nodes by the rule of the file. Times can be compressed: seconds in
place of minutes. A file with autoscaler: { hpa: NAME } and --kubernetes: the load runs against your
deployment, whose HorizontalPodAutoscaler is only observed.

Exit codes: 0 the scaler keeps up; 99 it does not; 98 unknown: this host was too slow, or the load
never crossed the target; 2 bad usage or a wrong file; 3 the lab could not be started,
or a node of it ended on its own, or the cluster could not be read; 130 interrupted.
`,
};
