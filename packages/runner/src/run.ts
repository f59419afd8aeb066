/** The main job: joins a planned load to a deployment, samples it, and decides a verdict; the record holds all of it. */

import {
  decideVerdict,
  resolveThresholds,
  type Summary,
  type VerdictDecision,
} from '@livekit-swarm/analysis';
import type { EngineOptions, ReconnectPolicyName } from '@livekit-swarm/engine';
import { measureClockOffset, steadyClock } from '@livekit-swarm/livekit';
import type { RecordLine, RecordWriter } from '@livekit-swarm/record';
import { type Plan, type Shard, splitPlan } from '@livekit-swarm/scenario';
import { watchAbortThresholds } from './abort-thresholds.ts';
import { createAdmissionQueue } from './admissions.ts';
import type { Deployment } from './deployment.ts';
import { DEFAULT_ENGINE } from './load-engine.ts';
import { preflight } from './preflight.ts';
import type { Progress } from './progress.ts';
import { deploymentLine, headerLine } from './record-header.ts';
import { openRunLog } from './run-log.ts';
import { type LiveRun, liveRun, type RunEnding, superviseRun } from './supervise-run.ts';
import type { WorkerAllocation } from './worker-allocation.ts';
import { startWorkerPool } from './worker-pool.ts';
import type { ShardAssignment } from './worker-protocol.ts';

export interface RunOptions {
  deployment: Deployment;
  /** Random text that the plan was expanded with. */
  run: string;
  plan: Plan;
  allocation: WorkerAllocation;
  signalling: EngineOptions['signalling'];
  /** Closed at the end. */
  record: RecordWriter;
  /** Of the product, for the record. */
  version: string;
  /** Aborted: stop joining, leave, and evaluate what was measured. */
  stop: AbortSignal;
  /** Module that exports `createEngine`. */
  engineModule?: string;
  /** Called about once a second. */
  onProgress?(progress: Progress): void;
  /** Default `sdk`. */
  reconnectPolicy?: ReconnectPolicyName;
  /** See `EngineOptions`. */
  watchMedia?: boolean;
  /** Called once the workers have their assignments; the first join is scheduled at `startedAtMs`. */
  onStart?(live: LiveRun): void;
  /** Called with every line of the record once it is written; must not throw. */
  onLine?(line: RecordLine): void;
}

export interface RunResult {
  summary: Summary;
  decision: VerdictDecision;
  /** The file of the record. */
  record: string;
}

/** From the assignments to the first join, ms: time for them to arrive, so that no join starts late. */
const START_LEAD_MS = 500;
const JOIN_TIMEOUT_MS = 15_000;
const JOIN_ATTEMPTS = 4;

/**
 * Carries out a plan and decides its verdict. What happens to participants, workers and an
 * embedded server is part of the result, never an exception.
 * @throws SwarmError when the deployment is unreachable or rejects even the first participant,
 * when no worker can be started, or when the record cannot be written; SwarmError `usage` when its
 * address is invalid
 */
export const run = async (options: RunOptions): Promise<RunResult> => {
  const { deployment, plan, record, reconnectPolicy = 'sdk' } = options;
  const thresholds = resolveThresholds(plan.scenario);
  const signalling = await preflightFirstParticipant(options);
  const shards = shardsOf(options);
  const clockOffsetMs = measureClockOffset();
  const clock = steadyClock(clockOffsetMs);
  const log = openRunLog({
    clock,
    serverPid: deployment.serverPid,
    record,
    shards,
    thresholds: thresholds.map(({ threshold }) => threshold),
    reconnectPolicy,
    onLine: (line) => options.onLine?.(line),
  });
  const ending: RunEnding = Promise.withResolvers();

  /** No participant is connected and none will join: the rest of the plan would measure nothing. */
  const endWhenEmpty = (): void => {
    const { connected, waiting } = log.counts();
    if (connected + waiting === 0) ending.resolve('no_participants_left');
  };
  const workers = await startWorkerPool({
    workers: shards.length,
    engineModule: options.engineModule ?? DEFAULT_ENGINE,
    logDir: record.dir,
    onLine: (line) => {
      log.append(line);
      if (mayBeLast(line)) endWhenEmpty();
    },
    onDeath: (shard, death) => {
      log.appendWorkerDeath(shard, death);
      endWhenEmpty();
    },
  });

  try {
    const admissions = createAdmissionQueue(shards, deployment);
    const first = await admissions.take(0);

    const startedAtMs = clock.now() + START_LEAD_MS;
    log.start(startedAtMs);
    log.append(headerLine(options, startedAtMs, shards.length));
    log.append(deploymentLine(deployment, log.elapsedMs()));
    for (const { shard } of shards) log.appendRunEvent('worker_started', { shard });

    const engine = engineOptions(options, signalling);
    workers.start(
      shards.map(({ shard }): ShardAssignment => {
        const admitted = first.find((batch) => batch.shard === shard)?.admitted ?? [];
        return { shard, startedAtMs, clockOffsetMs, endAtMs: plan.endAtMs, engine, admitted };
      }),
    );
    options.onStart?.(liveRun(startedAtMs, log, ending));

    const isAborted = watchAbortThresholds(thresholds, log);
    await superviseRun(options, { log, workers, admissions, ending, isAborted });
  } finally {
    workers.kill();
    record.close();
  }
  const summary = log.close();
  return { summary, decision: decideVerdict(summary, thresholds), record: record.file };
};

/** Asks the deployment whether the first participant may join, and which signalling it supports. */
const preflightFirstParticipant = async ({
  deployment,
  plan,
  signalling,
}: RunOptions): Promise<EngineOptions['signalling']> => {
  const [first] = plan.participants;
  if (first === undefined) throw new RangeError('a plan needs participants');
  const newest = await preflight(deployment, first);
  return signalling === 'auto' ? newest : signalling;
};

/** A shard for each worker that hosts participants. */
const shardsOf = ({ plan, allocation }: RunOptions): Shard[] =>
  splitPlan(plan, allocation.workers)
    .filter(({ participants }) => participants.length > 0)
    .map(({ participants }, shard) => ({ shard, participants }));

const engineOptions = (
  { allocation, reconnectPolicy = 'sdk', watchMedia = false }: RunOptions,
  signalling: EngineOptions['signalling'],
): ShardAssignment['engine'] => ({
  threads: allocation.threads,
  joinTimeoutMs: JOIN_TIMEOUT_MS,
  joinAttempts: JOIN_ATTEMPTS,
  signalling,
  reconnectPolicy,
  watchMedia,
});

/** Whether this may have been the last participant. */
const mayBeLast = (line: RecordLine): boolean =>
  line.type === 'participant' ||
  (line.type === 'event' && (line.event === 'join_failed' || line.event === 'disconnected'));
