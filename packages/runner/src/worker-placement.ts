import { measureClockOffset } from '@livekit-swarm/livekit';
import type { HostLine } from '@livekit-swarm/record';
import type { Labels } from '@livekit-swarm/scenario';
import type { WarmWorkers } from './warm-workers.ts';
import { startWorkerPool, type WorkerPool, type WorkerPoolOptions } from './worker-pool.ts';

/** The place of a worker before it starts. */
export interface WorkerSlot {
  /** Agent of its host; null: this host. */
  agent: string | null;
  labels: Labels;
}

/** Where the workers of a run are: on this host, or on several. */
export interface WorkerPlacement {
  /** Unix time minus CLOCK_MONOTONIC of this host, ms: on the clock that all hosts of the run share. */
  clockOffsetMs: number;
  /**
   * From the assignments to the first join, ms: time for them to arrive, and for engines to be made, so that no join starts late.
   * @param participants of the largest shard
   */
  startLeadMs(participants: number): number;
  /** Where as many workers would be. */
  slots(workers: number): WorkerSlot[];
  /**
   * @param slots those that have participants, in the order of their shards
   * @throws SwarmError when a worker cannot be started; then none is left
   */
  startWorkers(options: WorkerPoolOptions, slots: readonly WorkerSlot[]): Promise<WorkerPool>;
  /** The hosts and their shards, once the workers are started; empty when all are on this host. */
  hosts(): Omit<HostLine, 'type' | 'at'>[];
}

/** @param warm workers that were started before */
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
