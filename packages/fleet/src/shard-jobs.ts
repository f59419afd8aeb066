/** Use of BullMQ: shards are jobs, and each is executed at most once. */
import { FlowProducer, Worker } from 'bullmq';
import { LOCKS } from './deadlines.ts';
import { JOBS_PREFIX, runQueue, shardQueue } from './keys.ts';
import { jobText, parsed, type ShardJob, shardJobSchema } from './messages.ts';
import { jobPlace } from './places.ts';
import type { Queue } from './queue.ts';
import { RejectedMessage } from './rejected-message.ts';

/**
 * Checks locks for a run with one agent, or whose agents are all stopped. Otherwise agents check
 * each other's locks.
 * @returns a function that stops it
 */
export const checkLocks = async (queue: Queue, run: string): Promise<() => Promise<void>> => {
  const connection = queue.connect();
  const checker = new Worker(shardQueue(run), null, {
    ...{ connection, prefix: JOBS_PREFIX, autorun: false },
    ...LOCKS,
  });
  checker.on('error', () => {});
  await checker.startStalledCheckTimer();
  return async () => {
    await checker.close(true);
    connection.disconnect();
  };
};

/** Adds a parent job with one child job per shard. A shard is executed at most once. */
export const addShardJobs = async (queue: Queue, run: string, shards: number): Promise<void> => {
  const connection = queue.connect();
  const producer = new FlowProducer({ connection, prefix: JOBS_PREFIX });
  producer.on('error', () => {});
  try {
    await producer.add({
      name: 'run',
      queueName: runQueue(run),
      children: Array.from({ length: shards }, (_, job) => ({
        name: 'shard',
        queueName: shardQueue(run),
        data: signedJob(queue, run, job),
        opts: { attempts: 1, jobId: `shard-${job}` },
      })),
    });
  } finally {
    await producer.close();
    connection.disconnect();
  }
};

const signedJob = ({ seal }: Queue, run: string, job: number): ShardJob => ({
  job: seal.sign(jobPlace(run), String(job)),
});

/**
 * Number of a job.
 * @throws RejectedMessage
 */
const jobOf = ({ seal }: Queue, run: string, data: unknown): number =>
  Number(parsed(jobText, seal.verify(jobPlace(run), parsed(shardJobSchema, data).job)));

export interface ShardTaker {
  /**
   * Stops taking shards.
   * @param force true if Redis does not answer, or the jobs were removed
   */
  close(force: boolean): Promise<void>;
}

/**
 * Takes shards of a run while fewer than `shards` are being hosted.
 * @param host hosts a shard until it has ended; meanwhile its lock is renewed
 * @param onLockLost called if this process did not renew a lock in time
 * @param onRefused called for a job that does not belong to this run
 */
export const takeShards = (
  queue: Queue,
  run: string,
  { agent, shards }: { agent: string; shards: number },
  host: (job: number) => Promise<void>,
  onLockLost: () => void,
  onRefused: (rejected: RejectedMessage) => void,
): ShardTaker => {
  const connection = queue.connect();
  const jobs = new Worker(
    shardQueue(run),
    async ({ data }) => {
      try {
        await host(jobOf(queue, run, data));
      } catch (error) {
        if (error instanceof RejectedMessage) onRefused(error);
        throw error;
      }
    },
    { connection, prefix: JOBS_PREFIX, name: agent, concurrency: shards, ...LOCKS },
  );
  jobs.on('error', () => {});
  jobs.on('lockRenewalFailed', onLockLost);
  return {
    close: async (force) => {
      await jobs.close(force).catch(() => {});
      connection.disconnect();
    },
  };
};
