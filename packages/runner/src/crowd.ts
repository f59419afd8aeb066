import type { RecordLine } from '@livekit-swarm/record';
import { SwarmError } from '@livekit-swarm/settings';
import { startWorker, type WorkerDeath, type WorkerProcess } from './worker-process.ts';
import type { Recruit, WorkerMessage, WorkOrder } from './worker-protocol.ts';

/** All workers of a run. */
export interface Crowd {
  /** Those that live. */
  readonly alive: number;
  /** One order a worker, each for the shard of that number. */
  begin(orders: WorkOrder[]): void;
  /** More people for a shard; nobody hears it when its worker died. */
  recruit(shard: number, recruits: Recruit[]): void;
  /** Everybody leaves; resolves when all results are in or the time is over. Workers that did not manage are killed, and told of as dead. */
  leave(withinMs: number): Promise<void>;
  /** At once: for a second Ctrl-C, and when this process ends for whatever reason. */
  kill(): void;
  /** Resolves when the last worker has ended. */
  readonly empty: Promise<void>;
}

export interface CrowdOptions {
  workers: number;
  engineModule: string;
  logDir: string;
  /** Events, results and samples as the workers send them. */
  onLine(line: RecordLine): void;
  onDeath(shard: number, death: WorkerDeath): void;
}

const NEXT_STEP = '"swarm doctor" shows what is missing';

/**
 * Starts the workers and waits until each has loaded its engine.
 * @throws SwarmError when one cannot; then none is left
 */
export const startCrowd = async ({
  workers,
  engineModule,
  logDir,
  onLine,
  onDeath,
}: CrowdOptions): Promise<Crowd> => {
  let begun = false;
  const living = new Map<number, WorkerProcess>();
  const onMessage = (message: WorkerMessage): void => {
    if (message.type === 'lines') for (const line of message.lines) onLine(line);
    if (message.type === 'sample') onLine(message.sample);
  };
  const kill = (): void => {
    for (const worker of living.values()) worker.kill();
  };
  process.once('exit', kill);
  const all = Array.from({ length: workers }, (_, shard) =>
    startWorker({ shard, engineModule, logDir, onMessage }),
  );
  for (const worker of all) living.set(worker.shard, worker);
  const empty = Promise.all(
    all.map(async ({ shard, ended }) => {
      const death = await ended;
      living.delete(shard);
      if (death !== null && begun) onDeath(shard, death);
    }),
  ).then(() => {
    process.off('exit', kill);
  });
  try {
    await Promise.all(all.map(({ ready }) => ready));
  } catch (error) {
    kill();
    await empty;
    const why = error instanceof Error ? error.message : String(error);
    throw new SwarmError('no_worker', `no worker could be started: ${why}`, NEXT_STEP, {
      cause: error,
    });
  }
  return {
    get alive() {
      return living.size;
    },
    begin: (orders) => {
      begun = true;
      for (const order of orders) living.get(order.shard)?.send({ type: 'begin', order });
    },
    recruit: (shard, recruits) => living.get(shard)?.send({ type: 'recruit', recruits }),
    leave: async (withinMs) => {
      for (const worker of living.values()) worker.send({ type: 'leave' });
      const timer = setTimeout(kill, withinMs);
      await empty;
      clearTimeout(timer);
    },
    kill,
    empty,
  };
};
