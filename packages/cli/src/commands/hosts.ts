import { type AgentFacts, type Agents, openQueue, readAgents } from '@livekit-swarm/fleet';
import { printable, renderTable } from '@livekit-swarm/report';
import { labelText } from '@livekit-swarm/scenario';
import { EXIT_CODES, type ExitCode } from '@livekit-swarm/settings';
import { type Console, write } from '../console.ts';
import { readQueueOptions } from '../requests/queue.ts';
import { VERSION } from '../version.ts';

const COLUMNS = ['HOST', 'CORES', 'MEMORY', 'VERSION', 'CLOCK', 'LABELS', 'STATE'];
/** Columns of texts; the others hold figures. */
const TEXTS = [0, 3, 5, 6];

export interface HostsFlags {
  queue: string;
  insecureQueue?: boolean;
  json?: boolean;
}

/** `swarm hosts`: lists the hosts of a queue. */
export const hostsCommand = async (
  flags: HostsFlags,
  { stdout, env }: Console,
): Promise<ExitCode> => {
  const queue = await openQueue(flags.queue, readQueueOptions(flags, env));
  try {
    const agents = await readAgents(queue);
    await write(
      stdout,
      flags.json === true
        ? `${JSON.stringify(agents.usable.map(shownOf), null, 2)}\n`
        : tableOf(agents, queue.address),
    );
    return EXIT_CODES.passed.code;
  } finally {
    queue.close();
  }
};

/** Facts of a host that users see: the id of its agent, without its ticket. */
const shownOf = ({
  ticket: _,
  agent,
  ...shown
}: AgentFacts): { id: string } & Omit<AgentFacts, 'ticket' | 'agent'> => ({ id: agent, ...shown });

const tableOf = ({ usable, foreign, refused }: Agents, address: string): string => {
  if (usable.length + foreign.length + refused.length === 0)
    return `${address} has no hosts: start "swarm host --queue ${address}" on each\n`;
  const others = foreign.map(({ agent, version }) => [
    ...[agent, '–', '–', `${version} (not ${VERSION})`, '–', '–'],
    'reports other facts than this version reads',
  ]);
  const strangers = refused.map((agent) => [
    ...[agent, '–', '–', '–', '–', '–'],
    'has another SWARM_QUEUE_KEY, or none',
  ]);
  const rows = [COLUMNS, ...usable.map(rowOf), ...others, ...strangers];
  return printable(`${renderTable(rows, TEXTS).join('\n')}\n`);
};

const rowOf = ({
  agent,
  cores,
  memoryBytes,
  version,
  clock,
  labels,
  run,
}: AgentFacts): string[] => [
  agent,
  String(cores),
  `${(memoryBytes / 1e9).toFixed(1)} GB`,
  version === VERSION ? version : `${version} (not ${VERSION})`,
  `${clock.aheadMs > 0 ? '+' : ''}${clock.aheadMs} ms ±${clock.uncertaintyMs.toFixed(2)} ms`,
  labelText(labels),
  run === null ? 'idle' : `run ${run}`,
];
