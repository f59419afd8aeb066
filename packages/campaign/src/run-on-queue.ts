import {
  type AgentFacts,
  type Fleet,
  openQueue,
  type Queue,
  reserveFleet,
} from '@livekit-swarm/fleet';
import { allocateWorkers, socketNeed, type WorkerAllocation } from '@livekit-swarm/runner';
import { endpointsOf, hostSelectorsOf, type Plan } from '@livekit-swarm/scenario';
import { usageError } from '@livekit-swarm/settings';
import type { PlannedRun } from './plan-run.ts';
import { MAX_HOSTS, type QueueChoice } from './queue-choice.ts';

/** Time for hosts that are being started to appear, ms. */
const WAIT_MS = 30_000;

export interface QueuedRun {
  fleet: Fleet;
  allocation: WorkerAllocation;
  close(): Promise<void>;
}

/**
 * Reserves the hosts of a run, and allocates its worker processes to them.
 * @throws SwarmError `usage`, `no_agents`, `queue_unavailable`
 */
export const reserveQueuedRun = async (
  { url, key, isInsecure, ...choice }: QueueChoice,
  { name: run, plan, request: { signalling, workers } }: PlannedRun,
  version: string,
  signal: AbortSignal,
): Promise<QueuedRun> => {
  if (workers !== null && workers < (choice.hosts ?? 1))
    throw usageError(
      `--processes ${workers}: ${choice.hosts} hosts need as many processes, at least one each`,
      `--processes ${choice.hosts}, or leave it out`,
    );
  const selectors = hostSelectorsOf(plan);
  const queue = await openQueue(url, { key, isInsecure });
  try {
    assertMayCarry(queue, plan);
    const most = workers ?? MAX_HOSTS;
    const request = { ...choice, selectors, most, version, run, waitMs: WAIT_MS, signal };
    const fleet = await reserveFleet(queue, request);
    const close = async (): Promise<void> => {
      await fleet.close();
      queue.close();
    };
    try {
      const allocation = allocateWorkers({
        plan,
        workers,
        hosts: fleet.agents.length,
        need: socketNeed(signalling),
        embedded: false,
        ...limitsOf(fleet.agents),
      });
      return { fleet, allocation, close };
    } catch (error) {
      await fleet.close();
      throw error;
    }
  } catch (error) {
    queue.close();
    throw error;
  }
};

/** Cores and ports of all hosts add up; the open files of a process are those of the host that allows the fewest. */
const limitsOf = (
  agents: readonly AgentFacts[],
): Pick<Parameters<typeof allocateWorkers>[0], 'cores' | 'limits'> => ({
  cores: agents.reduce((sum, { cores }) => sum + cores, 0),
  limits: {
    openFiles: Math.min(...agents.map(({ openFiles }) => openFiles ?? Number.POSITIVE_INFINITY)),
    localPorts: agents.reduce(
      (sum, { localPorts }) => sum + (localPorts ?? Number.POSITIVE_INFINITY),
      0,
    ),
  },
});

/** Values of headers and keys outlast a run, and Redis may keep them on its disk. */
const assertMayCarry = ({ isReadable, address }: Queue, plan: Plan): void => {
  if (!isReadable) return;
  const keys = plan.participants.some(({ e2ee }) => e2ee !== null);
  if (!keys && endpointsOf(plan.scenario).length === 0) return;
  throw usageError(
    `the queue ${address} would carry ${keys ? 'keys of end-to-end encryption' : 'headers for a token endpoint'} that can be read on the way`,
    'set SWARM_QUEUE_KEY here and on its hosts (make one with: openssl rand -base64 32), or use rediss://',
  );
};
