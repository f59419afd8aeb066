import { type AgentStatus, readAgentStatus } from '@livekit-swarm/agents';
import { printable, renderTable } from '@livekit-swarm/report';
import { EXIT_CODES, type ExitCode, plural, usageError } from '@livekit-swarm/settings';
import { type Console, write } from '../console.ts';
import type { TargetFlags } from '../flags/deployment.ts';
import type { HostFlags } from '../flags/host-rules.ts';
import { throwRejection } from '../requests/api-rejection.ts';
import { readLoadGuard } from '../requests/load-guard.ts';
import { readDeployment } from '../requests/target.ts';

export interface AgentsStatusFlags extends Omit<TargetFlags, 'embedded' | 'server'>, HostFlags {
  worker: string[];
  json?: boolean;
}

/**
 * `swarm agents status`: dispatches, agents and workers of a deployment.
 * @throws SwarmError `usage`, or that of an API that does not answer or rejects the key
 */
export const agentsStatusCommand = async (
  flags: AgentsStatusFlags,
  typed: (flag: string) => boolean,
  console: Console,
): Promise<ExitCode> => {
  for (const worker of flags.worker)
    if (!URL.canParse(worker) || !/^https?:/.test(worker))
      throw usageError(`--worker ${worker}: must be a URL`, 'write http://10.0.0.7:8081');
  const target = readDeployment(flags, typed);
  const guard = readLoadGuard(flags, typed, console.env, { kind: 'probe', target });
  guard.assertServer(target.url);
  const status = await readAgentStatus(target, flags.worker).catch(throwRejection);
  await write(
    console.stdout,
    flags.json === true ? `${JSON.stringify(status, null, 2)}\n` : textOf(status),
  );
  const isBad =
    status.rooms.some(({ waits, problem }) => waits || problem !== null) ||
    status.workers.some(hasProblem);
  return isBad ? EXIT_CODES.failed.code : EXIT_CODES.passed.code;
};

const hasProblem = ({ problem }: AgentStatus['workers'][number]): boolean => problem !== null;

const textOf = ({ rooms, workers }: AgentStatus): string => {
  const waiting = rooms.filter(({ waits }) => waits).length;
  const roomRows = rooms.map(({ room, dispatches, agents, waits, problem }) => [
    room,
    dispatches.map(({ agentName }) => (agentName === '' ? '(unnamed)' : agentName)).join(', ') ||
      '–',
    dispatches
      .flatMap(({ jobs }) => jobs)
      .map(({ state }) => state)
      .join(', ') || 'no job',
    problem ?? (agents.join(', ') || (waits ? 'waits for an agent' : '–')),
  ]);
  const workerRows = workers.map(({ url, agentName, activeJobs, sdkVersion, problem }) => [
    url,
    agentName ?? '–',
    activeJobs === null ? '–' : String(activeJobs),
    sdkVersion ?? '–',
    problem ?? 'healthy',
  ]);
  const lines = [
    `${plural(rooms.length, 'room')} with dispatches or agents, ${waiting} without an agent`,
    ...table(['room', 'dispatched', 'jobs', 'agents in the room'], roomRows),
    ...table(['worker', 'agent', 'jobs', 'SDK', 'state'], workerRows),
    ...(workers.length === 0
      ? ['livekit-server lists no workers: name their health servers with --worker']
      : []),
  ];
  // Names are those of users and workers.
  return printable(`${lines.join('\n')}\n`);
};

const table = (head: string[], rows: string[][]): string[] =>
  rows.length === 0 ? [] : ['', ...renderTable([head, ...rows], [0, 1, 2, 3, 4])];
