import type { HostLine } from '@livekit-swarm/record';
import {
  DEFAULT_ENGINE,
  type WorkerPlacement,
  type WorkerPool,
  type WorkerPoolOptions,
  type WorkerSlot,
} from '@livekit-swarm/runner';
import { SwarmError } from '@livekit-swarm/settings';
import type { AgentFacts } from './agent-facts.ts';
import { COORDINATOR_MS, RENEWAL_MS } from './deadlines.ts';
import { distribute } from './distribute.ts';
import { connectPool, type FleetPool } from './fleet-pool.ts';
import { claimKey, commandsKey, coordinatorKey, invitationChannel, resultsKey } from './keys.ts';
import type { Beat, Invitation } from './messages.ts';
import { beatPlace, invitationPlace } from './places.ts';
import type { Queue } from './queue.ts';
import { removeAbandonedRuns, removeRun } from './remove-run.ts';
import { type AgentRequest, release, reserveAgents } from './reserve-agents.ts';
import { addShardJobs, checkLocks } from './shard-jobs.ts';
import { readSharedClock } from './shared-clock.ts';
import { createStream } from './stream.ts';

/** Hosts that are reserved for a run. */
export interface Fleet {
  readonly agents: readonly AgentFacts[];
  readonly placement: WorkerPlacement;
  /** Ends all workers, and removes all keys of the run from Redis. */
  close(): Promise<void>;
}

/** Least time from the assignments to the first join, ms. */
const MIN_LEAD_MS = 2_000;
const LEAD_ROUND_TRIPS = 10;

/**
 * Reserves hosts for a run. From then on, a key in Redis shows that the coordinator runs.
 * @throws SwarmError `no_agents`
 */
export const reserveFleet = async (queue: Queue, request: AgentRequest): Promise<Fleet> => {
  const { redis } = queue;
  const { run } = request;
  await removeAbandonedRuns(redis);
  // Also disposed if something fails before the run begins: no key is renewed then, and none
  // remains.
  await using reservation = new AsyncDisposableStack();
  reservation.defer(() => removeRun(redis, run));
  const agents = await reserveAgents(queue, request);
  reservation.defer(() => release(queue, agents));
  reservation.defer(await renewReservation(queue, run, agents));
  const clock = await readSharedClock(redis);
  reservation.defer(await checkLocks(queue, run));
  const reserved = reservation.move();
  let pool: FleetPool | null = null;

  const slots = (workers: number): WorkerSlot[] => {
    const counts = distribute(
      workers,
      agents.map(({ cores }) => cores),
    );
    return agents.flatMap(({ agent, labels }, index) =>
      Array.from({ length: counts[index] ?? 0 }, () => ({ agent, labels })),
    );
  };
  const startWorkers = async (
    options: WorkerPoolOptions,
    used: readonly WorkerSlot[],
  ): Promise<WorkerPool> => {
    if (options.engineModule !== DEFAULT_ENGINE)
      throw new SwarmError('internal', 'agents choose their engine themselves');
    const taking = agents.flatMap((facts) => {
      const shards = [...used.keys()].filter((shard) => used[shard]?.agent === facts.agent);
      return shards.length === 0 ? [] : [{ facts, shards }];
    });
    await createStream(redis, resultsKey(run));
    for (const { facts } of taking) await createStream(redis, commandsKey(run, facts.agent));
    await addShardJobs(queue, run, options.workers);
    const connected = connectPool(queue, run, taking, options);
    pool = connected;
    reserved.defer(connected.close);
    for (const { facts, shards } of taking)
      await redis.publish(
        invitationChannel(facts.agent),
        queue.seal.sign(
          invitationPlace(facts),
          JSON.stringify({ run, shards: shards.length } satisfies Invitation),
        ),
      );
    await connected.whenReady();
    return connected;
  };
  const hosts = (): Omit<HostLine, 'type' | 'at'>[] =>
    agents.flatMap(({ agent, host, cores, memoryBytes, labels, clock: ofHost }) => {
      const shards = pool?.hosts().get(agent) ?? [];
      if (shards.length === 0) return [];
      const clockOfHost = {
        clockOffsetMs: ofHost.aheadMs,
        clockUncertaintyMs: ofHost.uncertaintyMs,
      };
      return [{ agent, host, shards, cores, memoryBytes, labels, ...clockOfHost }];
    });
  const worstRoundTripMs = 2 * Math.max(...agents.map((one) => one.clock.uncertaintyMs));
  return {
    agents,
    placement: {
      clockOffsetMs: clock.offsetMs,
      startLeadMs: () => Math.max(MIN_LEAD_MS, LEAD_ROUND_TRIPS * worstRoundTripMs),
      slots,
      startWorkers,
      hosts,
    },
    // Keys that Redis does not remove now expire.
    close: async () => await reserved.disposeAsync().catch(() => {}),
  };
};

/**
 * Renews the coordinator's key and the claims of agents.
 * @returns a function that stops it
 */
const renewReservation = async (
  { redis, seal }: Queue,
  run: string,
  agents: readonly AgentFacts[],
): Promise<() => void> => {
  let beat = 0;
  const renew = async (): Promise<void> => {
    const sign = seal.sign(beatPlace(run), JSON.stringify({ beat: beat++ } satisfies Beat));
    const pipeline = redis.pipeline().set(coordinatorKey(run), sign, 'PX', COORDINATOR_MS);
    for (const { agent } of agents) pipeline.pexpire(claimKey(agent), COORDINATOR_MS);
    await pipeline.exec();
  };
  await renew();
  const timer = setInterval(() => void renew().catch(() => {}), RENEWAL_MS);
  return () => clearInterval(timer);
};
