import { monotonicMs } from '@livekit-swarm/livekit';
import type { ClockLine } from '@livekit-swarm/record';
import {
  type AdmittedParticipant,
  type ShardAssignment,
  type ShardCommand,
  startWorker,
  type WorkerDeath,
  type WorkerProcess,
} from '@livekit-swarm/runner';
import { plural, SwarmError } from '@livekit-swarm/settings';
import { COORDINATOR_MS, LEAVE_MS, READING_MS } from './deadlines.ts';
import { followClock } from './follow-clock.ts';
import { commandsKey, coordinatorKey, jobKey, resultsKey } from './keys.ts';
import {
  beatSchema,
  type FleetCommand,
  type FleetMessage,
  fleetCommandSchema,
  type Invitation,
  parsedText,
} from './messages.ts';
import { beatPlace, COORDINATOR } from './places.ts';
import type { Queue } from './queue.ts';
import { RejectedMessage } from './rejected-message.ts';
import { removeIfAbandoned } from './remove-run.ts';
import { takeShards } from './shard-jobs.ts';
import type { ClockReading } from './shared-clock.ts';
import { openStreamWriter, readStream } from './stream.ts';

/** Part of an agent in one run. */
export interface AgentRun {
  readonly run: string;
  /**
   * Renews the workers' leases and ends them when the coordinator is gone. Called once per second.
   */
  beat(clock: ClockReading): void;
  /**
   * Ends the participants of the agent: they leave, and workers that have not ended soon are
   * killed.
   */
  withdraw(reason: string): void;
  /** Resolves when no worker is left and the agent takes no more shards. */
  readonly ended: Promise<void>;
  /**
   * Sends the agent's last message, for which the coordinator waits; called after `ended`. If the
   * run was abandoned, removes its keys from Redis.
   */
  leave(): Promise<void>;
}

const GONE = 'the coordinator is gone';

type Withdrawal = Extract<FleetMessage, { type: 'withdrawn' }>['reason'];

/** Time limit for the last messages of an agent, ms. */
const DRAIN_MS = 2_000;
const SECONDS_PER_DAY = 86_400;

export interface AgentRunOptions {
  queue: Queue;
  agent: string;
  /** Ticket of this run, see `AgentFacts`. */
  ticket: string;
  invitation: Invitation;
  clock: ClockReading;
  engineModule: string;
  /** Program of browser participants; undefined: the installed one. */
  browser: string | undefined;
  /**
   * Checks an address by the rules of this host.
   * @throws SwarmError `usage` for an address that this host sends no load to
   */
  assertHost(url: string): void;
  /** Called when `assertHost` has thrown: a shard was not started, or has ended. */
  onForbidden(message: string): void;
  /** Called when a message or job of the run was refused. */
  onRefused(rejected: RejectedMessage): void;
  /** Folder for the output of workers. */
  dir: string;
}

/**
 * Takes shards of a run and hosts each in a worker process. The event loop of the agent hosts no
 * participants, so that it renews its locks in time.
 */
export const takePart = (options: AgentRunOptions): AgentRun => {
  const { queue, agent, ticket, engineModule, browser, dir } = options;
  const { run, shards } = options.invitation;
  const { redis } = queue;
  const clock = clockOfRun(options, (line) => results.push({ type: 'clock', line }));
  const workers = new Map<number, WorkerProcess>();
  /** Deaths of jobs, by number, that would have sent load to an address that this host forbids. */
  const forbidden = new Map<number, WorkerDeath>();
  const results = openStreamWriter<FleetMessage>(queue, resultsKey(run), { name: agent, ticket });
  const over = Promise.withResolvers<'finished' | 'abandoned'>();
  let withdrawn = false;
  let coordinatorSeenAt = performance.now();
  /**
   * Number of the last beat of the coordinator. Numbers must increase: a program that only prolongs
   * the coordinator's key in Redis cannot sign the next number.
   */
  let lastBeat = -1;

  const killAll = (): void => {
    for (const worker of workers.values()) worker.kill();
  };
  const withdraw = (
    message: string,
    { how, reason = 'withdrawn' }: { how?: 'finished' | 'abandoned'; reason?: Withdrawal } = {},
  ): void => {
    if (!withdrawn) {
      withdrawn = true;
      results.push({ type: 'withdrawn', reason, message });
      for (const worker of workers.values()) worker.send({ type: 'stop' });
      setTimeout(killAll, LEAVE_MS).unref();
    }
    if (how !== undefined) over.resolve(how);
  };
  /**
   * Ends the load after a refused message: another program writes to the queue, or this host and
   * the coordinator use different messages.
   */
  const refuse = (rejected: RejectedMessage): void => {
    options.onRefused(rejected);
    withdraw(`a message of the queue was refused: ${rejected.message}`, {
      reason: 'message_refused',
    });
  };

  const hostShard = async (job: number): Promise<void> => {
    // Executes a job at most once, independently of the queue: BullMQ promises only at least once.
    const taken = await redis.set(jobKey(run, job), agent, 'EX', SECONDS_PER_DAY, 'NX');
    if (taken === null || withdrawn) throw new Error(`job ${job} was taken before`);
    const worker = startWorker({
      shard: job,
      engineModule,
      browser,
      logDir: dir,
      leaseMs: COORDINATOR_MS,
      onMessage: (message) => results.push({ type: 'worker', job, message }),
    });
    workers.set(job, worker);
    results.push({ type: 'taken', job });
    const death = await worker.ended;
    workers.delete(job);
    results.push({ type: 'ended', job, death: forbidden.get(job) ?? death });
  };

  const jobs = takeShards(
    queue,
    run,
    { agent, shards },
    hostShard,
    () => withdraw('the agent did not renew its lock in time'),
    refuse,
  );

  const carryOutOn = (job: number, command: ShardCommand): void => {
    const worker = workers.get(job);
    if (worker === undefined || forbidden.has(job)) return;
    try {
      assertHosts(command, options.assertHost);
    } catch (error) {
      if (!(error instanceof SwarmError)) throw error;
      // The worker does not receive the command, so it opens no socket.
      options.onForbidden(error.message);
      forbidden.set(job, { reason: error.code, message: error.message, killed: false });
      worker.kill();
      return;
    }
    worker.send(
      command.type === 'start'
        ? { type: 'start', assignment: clock.start(command.assignment) }
        : command,
    );
  };
  const carryOut = (command: FleetCommand): void => {
    switch (command.type) {
      case 'worker':
        carryOutOn(command.job, command.command);
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
    { redis: reader, seal: queue.seal },
    commandsKey(run, agent),
    {
      schema: fleetCommandSchema,
      ticketOf: (sender) => (sender === COORDINATOR ? ticket : null),
      onMessages: (_sender, commands) => {
        for (const command of commands) carryOut(command);
      },
      onRefused: (_sender, rejected) => refuse(rejected),
      onGap: (_sender, missing) =>
        withdraw(`the queue lost ${plural(missing, 'entry', 'entries')} of the coordinator`, {
          reason: 'messages_lost',
        }),
      onFailure: (error) =>
        withdraw(`a command could not be carried out: ${String(error)}`, {
          reason: 'internal',
          how: 'finished',
        }),
    },
  );

  const watchCoordinator = async (): Promise<void> => {
    try {
      const signed = await redis.get(coordinatorKey(run));
      if (signed === null) return withdraw(GONE, { how: 'abandoned' });
      const { beat } = parsedText(beatSchema, queue.seal.verify(beatPlace(run), signed));
      if (beat > lastBeat) coordinatorSeenAt = performance.now();
      lastBeat = Math.max(beat, lastBeat);
      withdrawWhenSilent(GONE);
    } catch (error) {
      if (error instanceof RejectedMessage) refuse(error);
      withdrawWhenSilent(error instanceof RejectedMessage ? GONE : 'Redis does not answer');
    }
  };
  const withdrawWhenSilent = (why: string): void => {
    if (performance.now() - coordinatorSeenAt > COORDINATOR_MS) withdraw(why, { how: 'abandoned' });
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
    withdraw: (reason) => withdraw(reason, { how: 'finished' }),
    ended: end(),
    leave,
  };
};

/**
 * Checks all addresses that the participants of a command would connect to.
 * @throws SwarmError `usage`
 */
const assertHosts = (command: ShardCommand, assertHost: (url: string) => void): void => {
  if (command.type === 'stop') return;
  for (const url of addressesOf(command)) assertHost(url);
};

const addressesOf = (command: Exclude<ShardCommand, { type: 'stop' }>): Set<string> => {
  const { admitted } = command.type === 'start' ? command.assignment : command;
  const turn = command.type === 'start' ? command.assignment.engine.turn : undefined;
  return new Set([
    ...admitted.flatMap(addressesOfOne),
    ...(turn === undefined ? [] : [`turn://${turn}`]),
  ]);
};

const addressesOfOne = ({
  admission: { url, endpoint, ingress },
}: AdmittedParticipant): string[] => [
  url,
  ...(ingress === undefined ? [] : [ingress.url, ingress.apiBase]),
  ...(endpoint === undefined ? [] : [endpoint.url, ...endpoint.hosts.map((one) => `wss://${one}`)]),
];

/**
 * Clock of a run. On every host, times of a run are those of Redis' clock: they use the offset
 * measured before the run, and are corrected where hosts are compared.
 */
const clockOfRun = (
  { agent, clock: first }: AgentRunOptions,
  onReading: (line: ClockLine) => void,
): {
  start(assignment: ShardAssignment): ShardAssignment;
  /**
   * Compares the clocks by a new reading.
   * @returns the correction from now on, ms
   */
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
