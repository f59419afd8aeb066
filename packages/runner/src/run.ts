/**
 * Main job: joins a planned load to a deployment, samples it, and decides a verdict. The record
 * contains all of it.
 */

import {
  decideVerdict,
  resolveThresholds,
  type Summary,
  type VerdictDecision,
} from '@livekit-swarm/analysis';
import type { EngineOptions } from '@livekit-swarm/engine';
import { steadyClock, trustedAuthorities } from '@livekit-swarm/livekit';
import type { RecordLine } from '@livekit-swarm/record';
import { type Plan, type Shard, splitPlan } from '@livekit-swarm/scenario';
import { hasErrorCode } from '@livekit-swarm/settings';
import { watchAbortThresholds, watchOverload } from './abort-thresholds.ts';
import { type AdmissionQueue, createAdmissionQueue } from './admissions.ts';
import { createAgentDispatches } from './agent-dispatches.ts';
import { engineOptions } from './engine-options.ts';
import { liveRun, type RunEnding } from './live-run.ts';
import { DEFAULT_ENGINE } from './load-engine.ts';
import { createsRoomOf, preflight } from './preflight.ts';
import { publishersElsewhere } from './publishers-elsewhere.ts';
import { reachStreams } from './reach-streams.ts';
import { deploymentLine, headerLine } from './record-header.ts';
import { createRunIngresses } from './run-ingresses.ts';
import { openRunLog } from './run-log.ts';
import type { RunOptions } from './run-options.ts';
import { createRunRooms, type RunRooms } from './run-rooms.ts';
import { readRunSecrets } from './run-secrets.ts';
import { observeServer } from './server-metrics/observe-server.ts';
import { watchProfiles } from './server-profile/profile-watch.ts';
import { joinsLiveKit } from './stream-tokens.ts';
import { superviseRun } from './supervise-run.ts';
import type { TokenEndpoints } from './token-endpoints.ts';
import { type WorkerSlot, workersOnThisHost } from './worker-placement.ts';
import type { ShardAssignment } from './worker-protocol.ts';

export interface RunResult {
  summary: Summary;
  decision: VerdictDecision;
  /** Path of the record. */
  record: string;
}

/**
 * Executes a plan and decides its verdict. Failures of participants, workers and an embedded server
 * are part of the result, never an exception.
 * @throws SwarmError if the deployment is unreachable or rejects even the first participant, if a
 * worker cannot be started or dies before the run begins, or if the record cannot be written;
 * SwarmError `usage` if the address is invalid, a secret is missing, or the guard rejects the load
 */
export const run = async (options: RunOptions): Promise<RunResult> => {
  const { deployment, plan, record, reconnectPolicy = 'sdk' } = options;
  const { placement = workersOnThisHost() } = options;
  await options.guard.admit(deployment, options);
  const thresholds = resolveThresholds(plan.scenario);
  const secrets = options.secrets ?? (await readRunSecrets(plan, options.guard));
  const endpoints = secrets.endpointsFor(deployment);
  const { signalling, rooms } = await admitFirstParticipant(options, endpoints);
  const { shards, slots } = shardsOf(plan, placement.slots(options.allocation.workers));
  const { clockOffsetMs } = placement;
  const clock = steadyClock(clockOffsetMs);
  const log = openRunLog({
    clock,
    serverPid: deployment.serverPid,
    ...(deployment.componentPids !== undefined && { componentPids: deployment.componentPids }),
    record,
    shards,
    thresholds: thresholds.map(({ threshold }) => threshold),
    reconnectPolicy,
    endAtMs: plan.endAtMs,
    onLine: (line) => options.onLine?.(line),
  });
  const ending: RunEnding = Promise.withResolvers();
  // The promise may be rejected before `superviseRun` awaits it.
  ending.promise.catch(() => {});

  /**
   * Ends the run if no participant is connected and none will join: the rest of the plan would
   * measure nothing.
   */
  const endWhenEmpty = (): void => {
    const { connected, waiting } = log.counts();
    if (connected + waiting === 0) ending.resolve('no_participants_left');
  };
  const dispatches = createAgentDispatches(deployment, plan.participants, log, (line) =>
    log.append(line),
  );
  const ingresses = createRunIngresses(deployment, options.guard, log, (line) => log.append(line));
  const workers = await placement.startWorkers(
    {
      workers: shards.length,
      engineModule: options.engineModule ?? DEFAULT_ENGINE,
      logDir: record.dir,
      browser: options.browser,
      onLine: (line) => {
        log.append(line);
        dispatches.take(line);
        ingresses.take(line);
        if (mayBeLast(line)) endWhenEmpty();
      },
      onDeath: (shard, death) => {
        log.appendWorkerDeath(shard, death);
        endWhenEmpty();
      },
      onFailure: ending.reject,
      onWarning: (reason, message) => log.appendRunEvent('warning', { reason, message }),
    },
    slots,
  );

  try {
    const { e2eeOf, streamTokenOf } = secrets;
    const queue = createAdmissionQueue(
      shards,
      deployment,
      e2eeOf,
      endpoints,
      rooms,
      ingresses,
      streamTokenOf,
    );
    const admissions: AdmissionQueue = {
      take: async (elapsedMs) => {
        const prepared = dispatches.prepare(elapsedMs);
        // During a run, a slow API must not delay the joins of others.
        if (elapsedMs <= 0) await prepared;
        return await queue.take(elapsedMs);
      },
    };
    const first = await admissions.take(0);

    const largest = Math.max(...shards.map(({ participants }) => participants.length));
    const startedAtMs = clock.now() + placement.startLeadMs(largest) + clientLeadMs(plan);
    log.start(startedAtMs);
    log.append(headerLine(options, startedAtMs, shards.length));
    log.append(deploymentLine(deployment, options, log.elapsedMs()));
    const hosts = placement.hosts();
    for (const host of hosts) log.append({ type: 'host', at: log.elapsedMs(), ...host });
    for (const { shard } of shards) log.appendRunEvent('process_started', { shard });

    const engine = engineOptions(options, signalling);
    workers.start(
      shards.map(({ shard }): ShardAssignment => {
        const admitted = first.find((batch) => batch.shard === shard)?.admitted ?? [];
        const elsewhere = publishersElsewhere(shard, shards, hosts);
        const times = { startedAtMs, clockOffsetMs, endAtMs: plan.endAtMs };
        const authorities = trustedAuthorities();
        return { shard, ...times, engine, authorities, elsewhere, admitted };
      }),
    );
    options.onStart?.(liveRun(startedAtMs, log, ending));

    const isAborted = watchAbortThresholds(thresholds, log);
    const server = observeServer(options, log, startedAtMs);
    const overload = options.endWhenOverloaded ? watchOverload(thresholds, log) : () => null;
    const profiles = watchProfiles(options, thresholds, log);
    const supervised = { log, workers, admissions, ending, isAborted, overload, server, profiles };
    await superviseRun(options, supervised);
  } finally {
    workers.kill();
    dispatches.close();
    record.close();
    const streamsLeft = await ingresses.delete();
    if (streamsLeft > 0) options.onIngressesLeft?.(streamsLeft);
    const left = (await rooms?.delete()) ?? 0;
    if (left > 0) options.onRoomsLeft?.(left);
  }
  // The results of all participants are written last: without them the record and the verdict would
  // differ.
  const notWritten = record.close();
  if (notWritten !== null) throw notWritten;
  const summary = log.close();
  return { summary, decision: decideVerdict(summary, thresholds), record: record.file };
};

/**
 * Asks the servers of streams whether they answer, and the deployment whether the first participant
 * may join, which signalling it supports, and
 * whether it creates rooms at a join.
 * @returns `rooms`: null if the deployment creates them, or an application provides all tokens
 */
const admitFirstParticipant = async (
  { deployment, plan, signalling, run: name }: RunOptions,
  endpointOf: TokenEndpoints,
): Promise<{ signalling: EngineOptions['signalling']; rooms: RunRooms | null }> => {
  if (plan.participants.length === 0) throw new RangeError('a plan needs participants');
  const members = plan.participants.filter(joinsLiveKit);
  const [first] = members;
  await reachStreams(plan.participants);
  if (first === undefined) return { signalling, rooms: null };
  const rooms = createRunRooms(deployment, plan, name);
  const admit = async (as = first): Promise<EngineOptions['signalling']> => {
    const newest = await preflight(deployment, as, endpointOf(first));
    return signalling === 'auto' ? newest : signalling;
  };
  const ownToken = members.find((one) => endpointOf(one) === undefined);
  if (ownToken === undefined) return { signalling: await admit(), rooms: null };
  try {
    const accepted = await admit();
    // A room that existed before does not show whether the server creates others.
    const isShown = ownToken === first && first.room.includes(name);
    const createsRooms =
      isShown || (await createsRoomOf(deployment, { ...ownToken, room: `swarm-${name}` }));
    return { signalling: accepted, rooms: createsRooms ? null : rooms };
  } catch (error) {
    if (!hasErrorCode(error, 'room_not_found') || ownToken !== first) throw error;
    // A room that gets its agents when it is created must not exist before.
    const room = first.conversation?.agent?.by === 'room' ? `swarm-${name}` : first.room;
    await rooms.create([room]);
    return { signalling: await admit({ ...first, room }), rooms };
  }
};

/** Shards of the workers that host participants, with the slots of these workers. */
const shardsOf = (
  plan: Plan,
  available: readonly WorkerSlot[],
): { shards: Shard[]; slots: WorkerSlot[] } => {
  const used = splitPlan(
    plan,
    available.map(({ labels }) => labels),
  ).filter(({ participants }) => participants.length > 0);
  return {
    shards: used.map(({ participants }, shard) => ({ shard, participants })),
    slots: used.flatMap(({ shard }) => available[shard] ?? []),
  };
};

/**
 * Time that programs of real clients need to start if they join at the start of the run, ms; others
 * start during the run.
 */
const CLIENT_LEAD_MS = 5_000;

const clientLeadMs = ({ participants }: Plan): number =>
  participants.some(({ engine, joinAtMs }) => engine !== undefined && joinAtMs < CLIENT_LEAD_MS)
    ? CLIENT_LEAD_MS
    : 0;

/** Returns true if the line may be about the last participant. */
const mayBeLast = (line: RecordLine): boolean =>
  line.type === 'participant' ||
  (line.type === 'event' && (line.event === 'join_failed' || line.event === 'disconnected'));
