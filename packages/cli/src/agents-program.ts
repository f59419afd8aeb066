import type { ExitCode } from '@livekit-swarm/settings/errors';
import { type Command, Option } from 'commander';
import { addAgentsCapacityCommand } from './capacity-program.ts';
import type { AgentsDispatchRateFlags } from './commands/agents-dispatch-rate.ts';
import type { AgentsStatusFlags } from './commands/agents-status.ts';
import type { AgentsWorkerFlags } from './commands/agents-worker.ts';
import type { Console } from './console.ts';
import { deploymentFlags } from './flags/deployment.ts';
import { addGroup } from './flags/environment.ts';
import { withOtherUsersFlag } from './flags/guard.ts';
import { addHostFlags, CONFIRMED } from './flags/host-rules.ts';
import { isTyped } from './flags/is-typed.ts';
import { repeatable } from './flags/repeatable.ts';
import { addHelp, type CommandHelp } from './help/command-help.ts';
import { addAgentsRunCommand } from './run-program.ts';

/** `swarm agents`. The code of its commands is loaded on use. */
export const addAgentsCommands = (
  program: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const agents = program
    .command('agents')
    .description('voice agents: call them, find their limit, watch their dispatch');
  addAgentsRunCommand(agents, console, done);
  addAgentsCapacityCommand(agents, console, done);
  addDispatchRateCommand(agents, console, done);
  const worker = agents
    .command('worker')
    .description('register a worker without models, whose agents answer after a known time');
  addGroup(worker, console.env, 'Deployment:', deploymentFlags());
  addHostFlags(worker, 'Deployment:', CONFIRMED.probe);
  addGroup(worker, console.env, 'Agents:', [
    new Option('--agent <name>', 'name of the agent (default: none, a job in every room)'),
    new Option('--max-jobs <n>', 'jobs at a time; others are rejected').default('50'),
    new Option('--after <time>', 'from the last voice of a caller to the answer').default('500ms'),
    new Option('--length <time>', 'length of an answer').default('2s'),
    new Option(
      '--stops-after <time>',
      'time until an answer stops when the caller interrupts it, or never',
    ).default('300ms'),
    new Option('--drain <time>', 'at SIGTERM, time in which running jobs may end').default('60s'),
    new Option(
      '--worker-name <name>',
      'beginning of the identities of its agents (default: agent- and the name of the agent)',
    ),
    new Option('--processes', 'each job in its own process, which survives the worker by 15 s'),
    new Option(
      '--health <address>',
      'serve pages as workers of SDKs do: /, /worker and /metrics; :8081 is this host alone',
    ),
  ]);
  addHelp(worker, workerHelp).action(async (flags: AgentsWorkerFlags, own: Command) => {
    const { agentsWorkerCommand } = await import('./commands/agents-worker.ts');
    done(await agentsWorkerCommand(flags, isTyped(own), console));
  });
  const status = agents
    .command('status')
    .description('dispatches, agents and waiting rooms of a deployment, and its workers');
  addGroup(status, console.env, 'Deployment:', deploymentFlags());
  addHostFlags(status, 'Deployment:', CONFIRMED.probe);
  addGroup(status, console.env, 'Workers:', [
    repeatable(
      '--worker <url>',
      'health server of a worker (may be repeated): http://10.0.0.7:8081',
    ),
  ]);
  addGroup(status, console.env, 'Output:', [new Option('--json', 'print JSON')]);
  addHelp(status, statusHelp).action(async (flags: AgentsStatusFlags, own: Command) => {
    const { agentsStatusCommand } = await import('./commands/agents-status.ts');
    done(await agentsStatusCommand(flags, isTyped(own), console));
  });
};

const addDispatchRateCommand = (
  agents: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const rate = agents
    .command('dispatch-rate')
    .description('find the rate of new rooms at which workers still get their jobs in time');
  addGroup(rate, console.env, 'Dispatch:', [
    new Option('--rates <list>', 'rooms per second, ascending').default('5,10,20,50'),
    new Option('--for <time>', 'duration of each rate').default('10s'),
    new Option('--limit <time>', 'limit of the time until a worker is assigned, p95').default('1s'),
    new Option('--by <way>', 'api (dispatch service), room (with the room) or automatic')
      .choices(['api', 'room', 'automatic'])
      .default('api'),
    new Option('--workers <n>', 'workers that are registered; each takes every job').default('10'),
    new Option('--wait <time>', 'wait for jobs after the last call; others are lost').default(
      '15s',
    ),
  ]);
  addGroup(rate, console.env, 'Deployment:', deploymentFlags());
  addHostFlags(rate, 'Deployment:', CONFIRMED.search);
  rate.addOption(withOtherUsersFlag().helpGroup('Deployment:'));
  addGroup(rate, console.env, 'Output:', [new Option('--json', 'print JSON')]);
  addHelp(rate, rateHelp).action(async (flags: AgentsDispatchRateFlags, own: Command) => {
    const { agentsDispatchRateCommand } = await import('./commands/agents-dispatch-rate.ts');
    done(await agentsDispatchRateCommand(flags, isTyped(own), console));
  });
};

const rateHelp: CommandHelp = {
  examples: [
    ['swarm agents dispatch-rate --url wss://livekit.staging.example.com'],
    ['swarm agents dispatch-rate --rates 5,10,20,30,50 --by automatic --limit 500ms'],
  ],
  notes: `
Registers workers of its own, which need no media, and creates rooms without participants; they are
deleted afterwards. Rates grow until one is above the limit. With --by automatic the workers have no
name: they reject the jobs of other rooms, and your own workers without a name get some of these.

Exit codes: 0 measured; 99 not even the smallest rate stays under the limit; 98 this host made the
calls late; 3 no worker could register; 2 bad usage; 130 interrupted.
`,
};

const workerHelp: CommandHelp = {
  examples: [
    ['swarm agents worker --agent reference --after 800ms'],
    ['swarm agents worker --max-jobs 8 --stops-after never'],
  ],
  notes: `
Ends at Ctrl-C or SIGTERM, when its jobs have ended; at the second signal at once. Callers are
roles with the key conversation.
`,
};

const statusHelp: CommandHelp = {
  examples: [['swarm agents status'], ['swarm agents status --worker http://10.0.0.7:8081 --json']],
  notes: `
Exit code 0: no room waits for an agent, and the workers that were named are healthy. 99: one does,
or one is not, or a room cannot be read. 3: the deployment cannot be reached. livekit-server lists
no workers: name them.
`,
};
