import type { RecordLine } from '@livekit-swarm/record';
import { SwarmError } from '@livekit-swarm/settings';
import type { WarmWorkers } from './warm-workers.ts';
import { startWorker, type WorkerDeath, type WorkerProcess } from './worker-process.ts';
import type { AdmittedParticipant, ShardAssignment, WorkerMessage } from './worker-protocol.ts';

/** Workers of a run. */
export interface WorkerPool {
  /** Number of running workers. */
  readonly alive: number;
  /**
   * Sends each worker the assignment of its shard, and reports workers that have died since they
   * were ready.
   */
  start(assignments: ShardAssignment[]): void;
  /** Adds participants to a shard; they are ignored if its worker died. */
  assign(shard: number, admitted: AdmittedParticipant[]): void;
  /**
   * Lets all participants leave; resolves when all results have arrived, or after the given time.
   * Workers that still run then are killed and reported as dead.
   */
  stop(timeoutMs: number): Promise<void>;
  /**
   * Kills all workers at once: after a second Ctrl-C, and when this process ends for any reason.
   */
  kill(): void;
  /** Resolves when the last worker has ended. */
  readonly empty: Promise<void>;
}

export interface WorkerPoolOptions {
  workers: number;
  engineModule: string;
  logDir: string;
  /** Browser program of workers on this host: see `EngineOptions`. */
  browser?: string | undefined;
  /**
   * Workers that were started before; they are used for their shards. Default: all workers are
   * started now.
   */
  warm?: WarmWorkers | undefined;
  /** Network namespaces of the workers as paths, by shard. Default: that of this process. */
  networks?: readonly string[] | undefined;
  /** Called with events, results and samples as the workers send them. */
  onLine(line: RecordLine): void;
  onDeath(shard: number, death: WorkerDeath): void;
  /** Called if a line could not be handled, so that the run cannot be evaluated any more. */
  onFailure(error: unknown): void;
  /**
   * Called with a warning for readers of the report, once the run has begun.
   * @param reason code of the warning
   */
  onWarning(reason: string, message: string): void;
}

/**
 * Starts the workers and waits until each has loaded its engine.
 * @throws SwarmError `no_process` if a worker cannot be started, `process_died` if it was killed; all
 * workers have ended then
 */
export const startWorkerPool = async ({
  workers,
  engineModule,
  logDir,
  browser,
  warm,
  networks,
  onLine,
  onDeath,
  onFailure,
}: WorkerPoolOptions): Promise<WorkerPool> => {
  let started = false;
  const living = new Map<number, WorkerProcess>();
  const diedEarly = new Map<number, WorkerDeath>();
  const onMessage = (message: WorkerMessage): void => {
    try {
      if (message.type === 'lines') for (const line of message.lines) onLine(line);
      if (message.type === 'sample') onLine(message.sample);
    } catch (error) {
      onFailure(error);
    }
  };
  const kill = (): void => {
    for (const worker of living.values()) worker.kill();
  };
  process.once('exit', kill);
  const all = Array.from(
    { length: workers },
    (_, shard) =>
      warm?.take(shard, onMessage) ??
      startWorker({
        ...{ shard, engineModule, logDir, browser, onMessage },
        network: networks?.[shard],
      }),
  );
  for (const worker of all) living.set(worker.shard, worker);
  const empty = Promise.all(
    all.map(async ({ shard, ended }) => {
      const death = await ended;
      living.delete(shard);
      if (death === null) return;
      if (started) onDeath(shard, death);
      else diedEarly.set(shard, death);
    }),
  ).then(() => {
    process.off('exit', kill);
  });
  const unready = await firstDeath(all);
  if (unready !== null) {
    kill();
    await empty;
    throw startFailure(unready);
  }
  return {
    get alive() {
      return living.size;
    },
    start: (assignments) => {
      started = true;
      for (const assignment of assignments)
        living.get(assignment.shard)?.send({ type: 'start', assignment });
      for (const [shard, death] of diedEarly) onDeath(shard, death);
    },
    assign: (shard, admitted) => living.get(shard)?.send({ type: 'assign', admitted }),
    stop: async (timeoutMs) => {
      for (const worker of living.values()) worker.send({ type: 'stop' });
      const timer = setTimeout(kill, timeoutMs);
      await empty;
      clearTimeout(timer);
    },
    kill,
    empty,
  };
};

/** Error of a run that cannot begin, because a worker ended before it was ready. */
export const startFailure = (death: WorkerDeath): SwarmError =>
  death.killed
    ? new SwarmError(
        'process_died',
        `a process that hosts participants was killed before the run began (${death.reason}); nothing was measured`,
        'run again; if the kernel killed it for lack of memory (dmesg), use fewer processes (--processes) or less load',
      )
    : new SwarmError(
        'no_process',
        `no process that hosts participants could be started: ${death.message}`,
        '"swarm doctor" shows what is missing',
      );

/** Death of the first worker that ended before it was ready; null: all are ready. */
const firstDeath = (workers: readonly WorkerProcess[]): Promise<WorkerDeath | null> =>
  new Promise((resolve) => {
    const readies = workers.map(async ({ ready }) => {
      const death = await ready;
      if (death !== null) resolve(death);
    });
    void Promise.all(readies).then(() => resolve(null));
  });
