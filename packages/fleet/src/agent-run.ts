import { monotonicMs } from '@livekit-swarm/livekit';
import type { ClockLine } from '@livekit-swarm/record';
import { type ShardAssignment, startWorker, type WorkerProcess } from '@livekit-swarm/runner';
import { COORDINATOR_MS, LEAVE_MS, READING_MS } from './deadlines.ts';
import { followClock } from './follow-clock.ts';
import { commandsKey, coordinatorKey, jobKey, resultsKey } from './keys.ts';
import type { FleetCommand, FleetMessage, Invitation } from './messages.ts';
import type { Queue } from './queue.ts';
import { removeIfAbandoned } from './remove-run.ts';
import { takeShards } from './shard-jobs.ts';
import type { ClockReading } from './shared-clock.ts';
import { openStreamWriter, readStream } from './stream.ts';

/** An agent's part in one run. */
export interface AgentRun {
  readonly run: string;
  /** Once a second: renews the workers' leases, and ends them when the coordinator is gone. */
  beat(clock: ClockReading): void;
  /** Ends its participants: they leave, and what has not ended soon is killed. */
  withdraw(reason: string): void;
  /** No worker is left, and the agent takes no shard any more. */
  readonly ended: Promise<void>;
  /** After `ended`: the agent's last message, which the coordinator waits for. Of an abandoned run, removes what is in Redis. */
  leave(): Promise<void>;
}

/** The last messages of an agent have this long, ms. */
const DRAIN_MS = 2_000;
const SECONDS_PER_DAY = 86_400;

export interface AgentRunOptions {
  queue: Queue;
  agent: string;
  invitation: Invitation;
  clock: ClockReading;
  engineModule: string;
  /** For the output of workers. */
  dir: string;
}

/** Takes shards of a run and hosts each in a worker process. The event loop of the agent hosts no participants, so that it renews its locks in time. */
export const takePart = (options: AgentRunOptions): AgentRun => {
  const { queue, agent, engineModule, dir } = options;
  const { run, shards } = options.invitation;
  const { redis } = queue;
  const clock = clockOfRun(options, (line) => results.push({ type: 'clock', line }));
  const workers = new Map<number, WorkerProcess>();
  const results = openStreamWriter<FleetMessage>(redis, resultsKey(run), agent);
  const over = Promise.withResolvers<'finished' | 'abandoned'>();
  let withdrawn = false;
  let coordinatorSeenAt = performance.now();

  const killAll = (): void => {
    for (const worker of workers.values()) worker.kill();
  };
  const withdraw = (reason: string, how: 'finished' | 'abandoned' | null = null): void => {
    if (!withdrawn) {
      withdrawn = true;
      results.push({ type: 'withdrawn', reason });
      for (const worker of workers.values()) worker.send({ type: 'stop' });
      setTimeout(killAll, LEAVE_MS).unref();
    }
    if (how !== null) over.resolve(how);
  };

  const hostShard = async (job: number): Promise<void> => {
    // At most once, whatever the queue does: BullMQ itself promises at least once.
    const taken = await redis.set(jobKey(run, job), agent, 'EX', SECONDS_PER_DAY, 'NX');
    if (taken === null || withdrawn) throw new Error(`job ${job} was taken before`);
    const worker = startWorker({
      shard: job,
      engineModule,
      logDir: dir,
      leaseMs: COORDINATOR_MS,
      onMessage: (message) => results.push({ type: 'worker', job, message }),
    });
    workers.set(job, worker);
    results.push({ type: 'taken', job });
    const death = await worker.ended;
    workers.delete(job);
    results.push({ type: 'ended', job, death });
  };

  const jobs = takeShards(queue, run, { agent, shards }, hostShard, () =>
    withdraw('the agent did not renew its lock in time'),
  );

  const carryOut = (command: FleetCommand): void => {
    switch (command.type) {
      case 'worker':
        workers
          .get(command.job)
          ?.send(
            command.command.type === 'start'
              ? { type: 'start', assignment: clock.start(command.command.assignment) }
              : command.command,
          );
        break;
      case 'kill':
        killAll();
        break;
      case 'finish':
        killAll();
        over.resolve('finished');
        break;
    }
  };
  const reader = queue.connect({ commandTimeout: READING_MS });
  const stopReading = readStream<FleetCommand>(
    reader,
    commandsKey(run, agent),
    (_sender, commands) => {
      for (const command of commands) carryOut(command);
    },
  );

  const watchCoordinator = async (): Promise<void> => {
    try {
      if ((await redis.exists(coordinatorKey(run))) === 0)
        return withdraw('the coordinator is gone', 'abandoned');
      coordinatorSeenAt = performance.now();
    } catch {
      if (performance.now() - coordinatorSeenAt > COORDINATOR_MS)
        withdraw('Redis does not answer', 'abandoned');
    }
  };

  const end = async (): Promise<void> => {
    const how = await over.promise;
    await Promise.all([...workers.values()].map(({ ended }) => ended));
    stopReading();
    reader.disconnect();
    await jobs.close(how === 'abandoned');
  };
  const leave = async (): Promise<void> => {
    const abandoned = (await over.promise) === 'abandoned';
    if (!abandoned) {
      results.push({ type: 'left' });
      await results.drain(DRAIN_MS);
    }
    results.close();
    if (abandoned) await removeIfAbandoned(redis, run).catch(() => {});
  };
  return {
    run,
    beat: (reading) => {
      const clockCorrectionMs = clock.compare(reading);
      for (const worker of workers.values()) worker.send({ type: 'renew', clockCorrectionMs });
      results.push({ type: 'alive' });
      void watchCoordinator();
    },
    withdraw: (reason) => withdraw(reason, 'finished'),
    ended: end(),
    leave,
  };
};

/** Times of a run are those of Redis' clock, on every host: by the offset that was measured before, and corrected where hosts are compared. */
const clockOfRun = (
  { agent, clock: first }: AgentRunOptions,
  onReading: (line: ClockLine) => void,
): {
  start(assignment: ShardAssignment): ShardAssignment;
  /** @returns the correction from now on, ms */
  compare(reading: ClockReading): number;
} => {
  const { offsetMs } = first;
  const follow = followClock(first, monotonicMs());
  let latest = first;
  let correctionMs = 0;
  let startedAtMs: number | null = null;
  return {
    start: (assignment) => {
      startedAtMs = assignment.startedAtMs;
      return { ...assignment, clockOffsetMs: offsetMs };
    },
    compare: (reading) => {
      if (reading === latest) return correctionMs;
      latest = reading;
      const now = monotonicMs();
      const { stepMs, ...state } = follow(reading, now);
      correctionMs = state.correctionMs;
      const step = stepMs !== null && { stepMs };
      if (startedAtMs !== null)
        onReading({
          type: 'clock',
          at: Math.round(now + offsetMs - startedAtMs),
          agent,
          ...state,
          ...step,
        });
      return correctionMs;
    },
  };
};
