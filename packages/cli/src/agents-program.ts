import type { ExitCode } from '@livekit-swarm/settings/errors';
import { type Command, Option } from 'commander';
import type { AgentsStatusFlags } from './commands/agents-status.ts';
import type { AgentsWorkerFlags } from './commands/agents-worker.ts';
import type { Console } from './console.ts';
import { deploymentFlags } from './flags/deployment.ts';
import { addGroup } from './flags/environment.ts';
import { addHostFlags, CONFIRMED } from './flags/host-rules.ts';
import { isTyped } from './flags/is-typed.ts';
import { repeatable } from './flags/repeatable.ts';
import { addHelp, type CommandHelp } from './help/command-help.ts';

/** `swarm agents`. The code of its commands is loaded on use. */
export const addAgentsCommands = (
  program: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const agents = program
    .command('agents')
    .description('voice agents: a reference worker, and rooms that wait for one');
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
