import type { ExitCode } from '@livekit-swarm/settings/errors';
import { type Command, Option } from 'commander';
import type { CapacityFlags } from './capacity/read-request.ts';
import type { FitFlags } from './commands/capacity-fit.ts';
import type { PredictFlags } from './commands/capacity-predict.ts';
import type { Console } from './console.ts';
import { addSearchedDeployment } from './flags/deployment.ts';
import { addGroup } from './flags/environment.ts';
import { processesFlag } from './flags/generator.ts';
import { isTyped } from './flags/is-typed.ts';
import { colorFlag, quietFlag, recordFlag, reportFlags } from './flags/output.ts';
import { queueFlags } from './flags/queue.ts';
import { repeatable } from './flags/repeatable.ts';
import { serverFlag } from './flags/server.ts';
import { SERVER_METRICS_GROUP, serverMetricsFlags } from './flags/server-metrics.ts';
import { thresholdFlag } from './flags/verdict.ts';
import { addHelp, type CommandHelp } from './help/command-help.ts';

const searchFlags = (): Option[] => [
  repeatable(
    '--until <limit>',
    'maximum use of a node (may be repeated): cpu=70%, cpu=2.8, memory=4GB, network=800Mbit',
  ),
  new Option('--node-cores <n>', 'cores of a node (default: those of a local server)'),
  new Option(
    '--by <unit>',
    'load to increase: rooms, participants of a room, or a role (default: rooms)',
  ),
  new Option('--start <n>', 'the first load (default: 1)').default('1'),
  new Option('--max <n>', 'the largest load (default: 10000)').default('10000'),
  new Option(
    '--resolution <share>',
    'precision of the limit (default: 5%; 1 unit where that is more)',
  ).default('5%'),
  new Option('--repeats <n>', 'searches; several give an interval (default: 1)').default('1'),
  new Option(
    '--step-duration <time>',
    'steady state of each run (default: 30s; the file’s own where rooms come and go)',
  ),
  new Option('--seed <n>', 'seed of random numbers (default: the scenario’s)'),
];

/** `swarm capacity` and its commands. Their code is loaded on use. */
export const addCapacityCommands = (
  program: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const capacity = program
    .command('capacity')
    .description('find the largest load of a scenario that a deployment carries')
    .usage('[flags] FILE  or  swarm capacity fit|predict …')
    .argument('<file>', 'a scenario file; - for standard input');
  addFlags(capacity, console, []);
  addHelp(capacity.addOption(colorFlag()), capacityHelp).action(
    async (file: string, _flags: unknown, command: Command) => {
      const { capacityCommand } = await import('./commands/capacity.ts');
      const flags = command.opts<CapacityFlags>();
      done(await capacityCommand(file, flags, isTyped(command), console));
    },
  );

  const fit = capacity
    .command('fit')
    .description('fit a cost model to the results of several scenarios')
    .argument('<results...>', 'capacity.json of swarm capacity, or the folders they are in')
    .option('--model <file>', 'where the model is written (default: cost-model.json)')
    .option('--json', 'print the model instead of text');
  addHelp(fit, { examples: [['swarm capacity fit records/voice records/video']] }).action(
    async (results: string[], flags: FitFlags) => {
      const { fitCommand } = await import('./commands/capacity-fit.ts');
      done(await fitCommand(results, flags, console));
    },
  );

  const predict = capacity
    .command('predict')
    .description('predict the CPU of a server for scenarios, without running them')
    .argument('<model>', 'cost-model.json of swarm capacity fit, or a capacity.json')
    .argument('<files...>', 'scenario files')
    .option('--scale <name>', 'one of the file’s own scales, or a factor: small, 0.1')
    .option('--json', 'print one JSON object');
  addHelp(predict, {
    examples: [['swarm capacity predict cost-model.json scenarios/big-cluster.yaml']],
  }).action(async (model: string, files: string[], flags: PredictFlags) => {
    const { predictCommand } = await import('./commands/capacity-predict.ts');
    done(await predictCommand(model, files, flags, console));
  });
};

const addFlags = (command: Command, { env }: Console, more: readonly Option[]): void => {
  addGroup(command, env, 'Search:', [...searchFlags(), ...more]);
  addSearchedDeployment(command, env, [serverFlag()]);
  addGroup(command, env, SERVER_METRICS_GROUP, serverMetricsFlags());
  addGroup(command, env, 'Result:', [
    thresholdFlag(),
    recordFlag('TIME-capacity-NAME'),
    ...reportFlags('capacity'),
  ]);
  addGroup(command, env, 'Load generator:', [processesFlag(), ...queueFlags(), quietFlag()]);
};

/** `swarm agents capacity`. Its code is loaded on use. */
export const addAgentsCapacityCommand = (
  agents: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const capacity = agents
    .command('capacity')
    .description('find the largest number of conversations that your workers carry')
    .argument('<file>', 'a scenario file with callers; - for standard input');
  addFlags(capacity, console, [
    new Option('--workers <n>', 'workers that are registered, for the conversations of each'),
    repeatable(
      '--worker-metrics <url>',
      'metrics of a worker with its CPU time (may be repeated): http://10.0.0.7:9100/metrics',
    ),
    new Option('--worker-cores <n>', 'cores of a worker, or its CPU limit: 2, 0.5'),
    new Option('--worker-memory <size>', 'memory of a worker, or its limit: 2GB'),
    new Option('--pause <time>', 'between two runs, until agents have left (default: 5s)'),
  ]);
  addHelp(capacity.addOption(colorFlag()), agentsCapacityHelp).action(
    async (file: string, _flags: unknown, command: Command) => {
      const { capacityCommand } = await import('./commands/capacity.ts');
      const flags = command.opts<CapacityFlags>();
      done(await capacityCommand(file, flags, isTyped(command), console, true));
    },
  );
};

const agentsCapacityHelp: CommandHelp = {
  examples: [
    [
      "swarm agents capacity calls.yaml --url wss://livekit.staging.example.com --workers 4 --threshold 'agent_response_time: p(95)<1500'",
    ],
    [
      'swarm agents capacity calls.yaml --url wss://livekit.staging.example.com --server-metrics http://10.0.0.5:6789/metrics --node-cores 4 --start 8 --max 200',
    ],
  ],
  notes: `
Searches as swarm capacity does, whose help has the exit codes. What gives in first is named: the
jobs of the workers (no worker takes another one), their CPU or memory (with --worker-metrics,
--worker-cores and --worker-memory), the dispatch, the workers otherwise (answers are late, and the
server has CPU left), the server, or this load generator, with which the result is a lower bound. Without the metrics of
the server and its cores, the result does not distinguish workers and server.
`,
};

const capacityHelp: CommandHelp = {
  examples: [
    ['swarm capacity scenarios/voice-ai.yaml'],
    ['swarm capacity scenarios/voice-ai.yaml --server 1.13.4+livekit.yaml@cpu=0.5'],
    [
      'swarm capacity scenarios/voice-ai.yaml --url wss://livekit.example.com --server-metrics http://10.0.0.5:6789/metrics --until cpu=70% --node-cores 4 --repeats 3',
    ],
    ['swarm capacity scenarios/large-event.yaml --by viewer --max 500 --step-duration 1m'],
    ['swarm capacity fit records/voice records/video'],
    ['swarm capacity predict cost-model.json scenarios/big-cluster.yaml'],
  ],
  notes: `
Each step is a run of its own. The load doubles until a threshold or a limit of --until is
crossed; bisection follows, and both sides of the limit are decided by repeated runs. Records and
the result (text, JSON, HTML) are kept in one folder, also after Ctrl-C.

Exit codes: 0 measured; 98 inconclusive (the load generator was impaired: the result is a lower
bound); 3 the deployment was unreachable; 2 bad usage; 130 interrupted.
`,
};
