import { measureClockOffset } from '@livekit-swarm/livekit';
import type { HostLine } from '@livekit-swarm/record';
import type { Labels } from '@livekit-swarm/scenario';
import type { WarmWorkers } from './warm-workers.ts';
import { startWorkerPool, type WorkerPool, type WorkerPoolOptions } from './worker-pool.ts';

/** Slot of a worker before it starts. */
export interface WorkerSlot {
  /** Agent of the worker's host; null: this host. */
  agent: string | null;
  labels: Labels;
}

/** Placement of the workers of a run on this host, or on several. */
export interface WorkerPlacement {
  /**
   * Unix time minus CLOCK_MONOTONIC of this host, ms, by the clock that all hosts of the run share.
   */
  clockOffsetMs: number;
  /**
   * Time from the assignments to the first join, ms: assignments must arrive, and engines must be
   * created, so that no join starts late.
   * @param participants number of participants in the largest shard
   */
  startLeadMs(participants: number): number;
  /** Slots for a number of workers. */
  slots(workers: number): WorkerSlot[];
  /**
   * Starts the workers.
   * @param slots slots with participants, in the order of their shards
   * @throws SwarmError if a worker cannot be started; all others have ended then
   */
  startWorkers(options: WorkerPoolOptions, slots: readonly WorkerSlot[]): Promise<WorkerPool>;
  /**
   * Hosts and their shards, once the workers are started; empty if all workers are on this host.
   */
  hosts(): Omit<HostLine, 'type' | 'at'>[];
}

/**
 * Creates the placement of all workers on this host.
 * @param warm workers that were started before
 */
export const workersOnThisHost = (warm?: WarmWorkers): WorkerPlacement => ({
  clockOffsetMs: measureClockOffset(),
  startLeadMs: (participants) => Math.min(500, 250 + participants / 4),
  slots: (workers) => Array.from({ length: workers }, () => ({ agent: null, labels: {} })),
  startWorkers: async (options) => {
    const pool = await startWorkerPool({ ...options, warm });
    await warm?.end();
    return pool;
  },
  hosts: () => [],
});

/** Network namespace on this host, which participants select by its labels as they select a host. */
export interface LabelledNetwork {
  /** Path of the namespace: `/proc/42/ns/net`. */
  network: string;
  labels: Labels;
}

/** Creates the placement of one worker in each of several network namespaces. */
export const workersInNetworks = (networks: readonly LabelledNetwork[]): WorkerPlacement => {
  const slots = networks.map(({ network, labels }): WorkerSlot & { network: string } => ({
    agent: null,
    labels,
    network,
  }));
  return {
    ...workersOnThisHost(),
    slots: () => slots,
    startWorkers: (options, used) =>
      startWorkerPool({
        ...options,
        networks: used.map((slot) => slots.find((one) => one === slot)?.network ?? ''),
      }),
  };
};
