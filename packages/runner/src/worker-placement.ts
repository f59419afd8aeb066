import { measureClockOffset } from '@livekit-swarm/livekit';
import type { HostLine } from '@livekit-swarm/record';
import type { Labels } from '@livekit-swarm/scenario';
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
  /** From the assignments to the first join, ms: time for them to arrive, so that no join starts late. */
  startLeadMs: number;
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

export const workersOnThisHost = (): WorkerPlacement => ({
  clockOffsetMs: measureClockOffset(),
  startLeadMs: 500,
  slots: (workers) => Array.from({ length: workers }, () => ({ agent: null, labels: {} })),
  startWorkers: (options) => startWorkerPool(options),
  hosts: () => [],
});
