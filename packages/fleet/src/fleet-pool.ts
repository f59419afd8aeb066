import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ShardCommand,
  startFailure,
  type WorkerDeath,
  type WorkerPool,
  type WorkerPoolOptions,
} from '@livekit-swarm/runner';
import { plural } from '@livekit-swarm/settings';
import type { AgentFacts } from './agent-facts.ts';
import { LOST_AFTER_MS, READING_MS } from './deadlines.ts';
import { commandsKey, resultsKey } from './keys.ts';
import { type FleetCommand, type FleetMessage, fleetMessageSchema } from './messages.ts';
import { COORDINATOR } from './places.ts';
import type { Queue } from './queue.ts';
import type { RejectedMessage } from './rejected-message.ts';
import { openStreamWriter, readStream } from './stream.ts';

/** Workers of a run on other hosts, as the coordinator sees them. */
export interface FleetPool extends WorkerPool {
  /**
   * Resolves when every shard has loaded its engine. Rejects if a shard cannot, or is not taken in
   * time; then no worker is left.
   */
  whenReady(): Promise<void>;
  /** Shards by agent. */
  hosts(): Map<string, number[]>;
  /** Ends all workers; resolves when the agents have left, or do not answer. */
  close(): Promise<void>;
}

const START_TIMEOUT_MS = 30_000;
const CLOSE_TIMEOUT_MS = 5_000;

interface Member {
  facts: AgentFacts;
  commands: ReturnType<typeof openStreamWriter<FleetCommand>>;
  /** Shards by the numbers of the jobs that the agent has taken. */
  shards: Map<number, number>;
  /** Shards of this host for which no job was taken yet. */
  waiting: number[];
  heardAt: number;
  state: 'member' | 'lost' | 'left';
}

/**
 * Connects to the agents of a run.
 * @param taking agents with their shards; each takes as many jobs as it has shards, in any order
 */
export const connectPool = (
  queue: Queue,
  run: string,
  taking: readonly { facts: AgentFacts; shards: readonly number[] }[],
  { workers, onLine, onDeath, onFailure, onWarning }: WorkerPoolOptions,
): FleetPool => {
  const now = (): number => performance.now();
  const members = new Map<string, Member>(
    taking.map(({ facts, shards }) => [
      facts.agent,
      {
        facts,
        commands: openStreamWriter<FleetCommand>(queue, commandsKey(run, facts.agent), {
          name: COORDINATOR,
          ticket: facts.ticket,
        }),
        shards: new Map(),
        waiting: [...shards],
        heardAt: now() + START_TIMEOUT_MS,
        state: 'member',
      },
    ]),
  );
  /** Host and job by shard. */
  const placeOf = new Map<number, { member: Member; job: number }>();
  const loaded = new Set<number>();
  const ended = new Set<number>();
  let started = false;
  /** Number of entries whose sender is not a member. */
  let unknownEntries = 0;
  let warnAtStart = (): void => {};
  /**
   * Resolves to null when every shard has loaded its engine, or to the death that kept a shard from
   * it.
   */
  const allLoaded = Promise.withResolvers<WorkerDeath | null>();
  const diedEarly = new Map<number, WorkerDeath>();
  const empty = Promise.withResolvers<void>();

  const report = (shard: number, death: WorkerDeath): void => {
    const host = placeOf.get(shard)?.member.facts.host ?? 'no host';
    const named = { ...death, message: `${host}: ${death.message}` };
    if (started) onDeath(shard, named);
    else {
      allLoaded.resolve(named);
      // The shard may have loaded its engine before.
      diedEarly.set(shard, named);
    }
  };
  const end = (shard: number, death: WorkerDeath | null): void => {
    if (ended.has(shard)) return;
    ended.add(shard);
    if (death !== null) report(shard, death);
    if (ended.size === workers) empty.resolve();
  };
  const lose = (member: Member, death: WorkerDeath): void => {
    if (member.state !== 'member') return;
    member.state = 'lost';
    allLoaded.resolve({ ...death, message: `${member.facts.host}: ${death.message}` });
    for (const shard of member.shards.values()) end(shard, death);
  };
  const carryOut = (member: Member, message: FleetMessage): void => {
    switch (message.type) {
      case 'taken': {
        const shard = member.waiting.shift();
        if (shard === undefined) break;
        member.shards.set(message.job, shard);
        placeOf.set(shard, { member, job: message.job });
        break;
      }
      case 'worker': {
        const { message: inner, job } = message;
        const shard = member.shards.get(job);
        if (shard === undefined) break;
        if (inner.type === 'ready') {
          loaded.add(shard);
          if (loaded.size === workers) allLoaded.resolve(null);
        }
        if (inner.type === 'lines') for (const line of inner.lines) onLine(line);
        if (inner.type === 'sample') onLine(inner.sample);
        break;
      }
      case 'ended': {
        const shard = member.shards.get(message.job);
        if (shard !== undefined) end(shard, message.death);
        break;
      }
      case 'withdrawn':
        // Participants of a withdrawn host leave too early: they have results, but the run is not
        // as planned.
        lose(member, { reason: message.reason, message: message.message, killed: true });
        break;
      case 'left':
        member.state = 'left';
        break;
      case 'clock':
        onLine(message.line);
        break;
      case 'alive':
        break;
    }
  };
  let answeredAt = now();
  /**
   * Checks for silent members after each reading: messages that arrived while this process did not
   * run have then been read.
   */
  const checkSilence = (answered: boolean): void => {
    if (answered) answeredAt = now();
    const isQueueSilent = now() - answeredAt > LOST_AFTER_MS;
    for (const member of members.values())
      if (member.state === 'member' && now() - member.heardAt > LOST_AFTER_MS)
        lose(member, {
          reason: 'host_lost',
          message: isQueueSilent
            ? `the queue ${queue.address} does not answer`
            : `no message for ${LOST_AFTER_MS / 1_000} s: the host is gone, stopped, or does not reach ${queue.address}`,
          killed: true,
        });
  };
  const reader = queue.connect({ commandTimeout: READING_MS });
  /**
   * Error that ends the run without results, because nothing can be evaluated any more; null: none.
   */
  let failure: { error: unknown } | null = null;
  const fail = (error: unknown): void => {
    failure ??= { error };
    toAll({ type: 'kill' });
    for (const member of members.values()) if (member.state === 'member') member.state = 'lost';
    for (let shard = 0; shard < workers; shard++) ended.add(shard);
    allLoaded.resolve(null);
    empty.resolve();
    onFailure(error);
  };
  const refuse = (agent: string, rejected: RejectedMessage): void => {
    const member = members.get(agent);
    if (member === undefined) {
      warnOfUnknownSender(rejected);
      return;
    }
    lose(member, {
      reason: 'message_refused',
      message: `a message in its name was refused: ${rejected.message}`,
      killed: true,
    });
  };
  const warnOfUnknownSender = ({ message }: RejectedMessage): void => {
    unknownEntries++;
    // Warns once, because the number of such entries has no limit.
    if (unknownEntries > 1) return;
    const warn = (): void =>
      onWarning('message_refused', `a message of the queue was refused: ${message}`);
    if (started) warn();
    else warnAtStart = warn;
  };
  const stopReading = readStream<FleetMessage>(
    { redis: reader, seal: queue.seal },
    resultsKey(run),
    {
      schema: fleetMessageSchema,
      ticketOf: (agent) => members.get(agent)?.facts.ticket ?? null,
      onMessages: (agent, messages) => {
        const member = members.get(agent);
        // A message of a lost host may still arrive: its participants already have results.
        if (member === undefined || member.state !== 'member') return;
        member.heardAt = now();
        for (const message of messages) carryOut(member, message);
      },
      onRefused: refuse,
      onGap: (agent, missing) => {
        const member = members.get(agent);
        if (member === undefined) return;
        lose(member, {
          reason: 'messages_lost',
          message: `the queue lost ${plural(missing, 'entry', 'entries')} of its results`,
          killed: true,
        });
      },
      onFailure: fail,
      onRead: checkSilence,
    },
  );
  const toAll = (command: FleetCommand): void => {
    for (const { commands, state } of members.values())
      if (state !== 'left') commands.push(command);
  };
  const toShard = (shard: number, command: ShardCommand): void => {
    const place = placeOf.get(shard);
    place?.member.commands.push({ type: 'worker', job: place.job, command });
  };

  const close = async (): Promise<void> => {
    toAll({ type: 'finish' });
    const until = now() + CLOSE_TIMEOUT_MS;
    const present = (): boolean => [...members.values()].some(({ state }) => state === 'member');
    while (present() && now() < until) await sleep(50);
    stopReading();
    reader.disconnect();
    for (const { commands } of members.values()) {
      await commands.drain(0);
      commands.close();
    }
  };
  const whenReady = async (): Promise<void> => {
    const timeout = setTimeout(
      () =>
        allLoaded.resolve({
          reason: 'timeout',
          message: `${loaded.size} of ${workers} shards were ready after ${START_TIMEOUT_MS / 1_000} s`,
          killed: true,
        }),
      START_TIMEOUT_MS,
    );
    const death = await allLoaded.promise;
    clearTimeout(timeout);
    if (failure !== null) {
      await close();
      throw failure.error;
    }
    if (death === null) return;
    await close();
    // Includes shards that no agent has taken.
    for (let shard = 0; shard < workers; shard++) end(shard, null);
    throw startFailure(death);
  };
  return {
    get alive() {
      return workers - ended.size;
    },
    whenReady,
    hosts: () =>
      new Map(
        [...members].map(([agent, { shards }]) => [
          agent,
          [...shards.values()].sort((a, b) => a - b),
        ]),
      ),
    start: (assignments) => {
      started = true;
      for (const assignment of assignments)
        toShard(assignment.shard, { type: 'start', assignment });
      for (const [shard, death] of diedEarly) onDeath(shard, death);
      warnAtStart();
    },
    assign: (shard, admitted) => toShard(shard, { type: 'assign', admitted }),
    stop: async (timeoutMs) => {
      for (const shard of placeOf.keys()) toShard(shard, { type: 'stop' });
      const timer = setTimeout(() => {
        for (const member of members.values())
          lose(member, {
            reason: 'timeout',
            message: 'its participants did not leave in time',
            killed: true,
          });
      }, timeoutMs);
      await empty.promise;
      clearTimeout(timer);
    },
    kill: () => toAll({ type: 'kill' }),
    empty: empty.promise,
    close,
  };
};
