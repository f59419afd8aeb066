import { DEFAULT_ENGINE } from './load-engine.ts';
import { startWorker, type WorkerProcess } from './worker-process.ts';
import type { WorkerMessage } from './worker-protocol.ts';

/** Workers that load their engine while the deployment starts. */
export interface WarmWorkers {
  /** Worker of a shard, which belongs to the caller from now on; null: there is none. */
  take(shard: number, onMessage: (message: WorkerMessage) => void): WorkerProcess | null;
  /** Ends the workers that were not taken; resolves when they have ended. */
  end(): Promise<void>;
}

/**
 * Starts workers for the first shards of a run on this host. They end with this process, however it
 * ends.
 */
export const warmWorkers = (workers: number, logDir: string, browser?: string): WarmWorkers => {
  const waiting = new Map<number, WorkerProcess>();
  const listeners = new Map<number, (message: WorkerMessage) => void>();
  for (let shard = 0; shard < workers; shard++) {
    const onMessage = (message: WorkerMessage): void => listeners.get(shard)?.(message);
    waiting.set(
      shard,
      startWorker({ shard, engineModule: DEFAULT_ENGINE, logDir, browser, onMessage }),
    );
  }
  return {
    take: (shard, onMessage) => {
      const worker = waiting.get(shard) ?? null;
      waiting.delete(shard);
      listeners.set(shard, onMessage);
      return worker;
    },
    end: async () => {
      const unused = [...waiting.values()];
      waiting.clear();
      for (const worker of unused) worker.kill();
      await Promise.all(unused.map(({ ended }) => ended));
    },
  };
};
