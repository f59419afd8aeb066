/** The whole main job: given a deployment and a plan, ask whether we are welcome, start workers, join, sample, leave, judge; and keep a record of it all. */

import { type Judgement, judge, resolveThresholds, type Summary } from '@livekit-swarm/analysis';
import type { EngineOptions, RecoveryPolicy } from '@livekit-swarm/engine';
import type { RecordWriter } from '@livekit-swarm/record';
import { type EndLine, planFactsOf, RECORD_SCHEMA, type RecordLine } from '@livekit-swarm/record';
import { type Plan, type Shard, splitPlan } from '@livekit-swarm/scenario';
import { withoutSecrets } from '@livekit-swarm/settings';
import { watchThresholds } from './abort-watch.ts';
import { type Crowd, startCrowd } from './crowd.ts';
import type { Deployment } from './deployment.ts';
import { describeEnvironment } from './environment.ts';
import { type Ledger, openLedger } from './ledger.ts';
import { type LiveRun, liveRun } from './live-run.ts';
import { DEFAULT_ENGINE } from './load-engine.ts';
import { startMetronome } from './metronome.ts';
import { preflight } from './preflight.ts';
import { type Progress, phaseOf, stagesAt } from './progress.ts';
import { type Recruiting, recruitInTime } from './recruiting.ts';
import type { Staffing } from './staffing.ts';

export interface RunOptions {
  deployment: Deployment;
  /** Random word that the plan was expanded with. */
  run: string;
  plan: Plan;
  staffing: Staffing;
  /** As typed; defaults come on top. */
  thresholds: string[];
  signalling: EngineOptions['signalling'];
  /** Closed at the end. */
  record: RecordWriter;
  /** Of the product, for the record. */
  version: string;
  /** Aborted: stop joining, leave, and judge what there is. */
  stop: AbortSignal;
  /** Module that exports `createEngine`. */
  engineModule?: string;
  /** Called about once a second. */
  onProgress?(progress: Progress): void;
  /** Default `sdk`. */
  recovery?: RecoveryPolicy;
  /** See `EngineOptions`. */
  watchMedia?: boolean;
  /** Called once, when the record has its first lines and the workers their orders; the first join is due at `startedAtMs`. */
  onStart?(live: LiveRun): void;
  /** Told of every line of the record as it is written; must not throw. */
  onLine?(line: RecordLine): void;
}

export interface RunResult {
  summary: Summary;
  judgement: Judgement;
  /** The record's file. */
  record: string;
}

/** From telling the workers to the first join: time for the orders to arrive, so that nobody begins late. */
const LEAD_MS = 500;
const JOIN_TIMEOUT_MS = 15_000;
const JOIN_ATTEMPTS = 4;
/** How long participants of a server that died go on, so that the record shows what they noticed. */
const NOTICE_MS = 3_000;
/** Workers sample at each full second: by then their samples have arrived. */
const WATCH_AFTER_MS = 150;
const LEAVE_WITHIN_MS = 10_000;

/**
 * Carries out a plan and judges it. What happens to participants, workers and an embedded server is part of the result, never an exception.
 * @throws SwarmError when the deployment is unreachable or refuses even the first participant; SwarmError `usage` when its address or a threshold makes no
 * sense; SwarmError when no worker can be started, or the record cannot be written any more
 */
export const run = async (options: RunOptions): Promise<RunResult> => {
  const { deployment, plan, staffing, record } = options;
  const thresholds = resolveThresholds(plan.scenario, options.thresholds);
  const signalling = await welcome(options);
  const shards = splitPlan(plan, staffing.workers)
    .filter(({ participants }) => participants.length > 0)
    .map(({ participants }, shard): Shard => ({ shard, participants }));
  const recovery = options.recovery ?? 'sdk';
  const ledger = openLedger({
    record,
    shards,
    thresholds: thresholds.map(({ threshold }) => threshold),
    recovery,
    onLine: (line) => options.onLine?.(line),
  });
  const finish = Promise.withResolvers<EndLine['reason']>();

  /** Nobody is in and nobody will come: waiting for the end would tell nothing more. */
  const endWhenDeserted = (): void => {
    const { connected, waiting } = ledger.counts();
    if (connected + waiting === 0) finish.resolve('aborted');
  };
  const crowd = await startCrowd({
    workers: shards.length,
    engineModule: options.engineModule ?? DEFAULT_ENGINE,
    logDir: record.dir,
    onLine: (line) => {
      ledger.tell(line);
      if (isLoss(line)) endWhenDeserted();
    },
    onDeath: (shard, death) => {
      ledger.workerDied(shard, death);
      endWhenDeserted();
    },
  });

  try {
    const recruiting = recruitInTime(shards, deployment);
    const first = new Map(
      (await recruiting.take(0)).map(({ shard, recruits }) => [shard, recruits]),
    );
    const startedAtMs = Date.now() + LEAD_MS;
    ledger.start(startedAtMs);
    ledger.tell({
      type: 'header',
      schema: RECORD_SCHEMA,
      run: options.run,
      startedAt: new Date(startedAtMs).toISOString(),
      startedAtMs,
      scenario: plan.scenario,
      plan: planFactsOf(plan),
      thresholds: options.thresholds,
      environment: describeEnvironment(options.version),
      workers: shards.length,
      ...(recovery !== 'sdk' && { recovery }),
    });
    const { embedded, serverVersion } = deployment;
    ledger.tell({
      type: 'deployment',
      at: ledger.elapsedMs(),
      url: withoutSecrets(deployment.url),
      embedded,
      serverVersion,
      nodes: [],
    });
    for (const { shard } of shards) ledger.note('worker_started', { shard });
    const engine = {
      threads: staffing.threads,
      joinTimeoutMs: JOIN_TIMEOUT_MS,
      joinAttempts: JOIN_ATTEMPTS,
      signalling,
      recovery,
      watchMedia: options.watchMedia ?? false,
    };
    crowd.begin(
      shards.map(({ shard }) => ({
        shard,
        startedAtMs,
        endAtMs: plan.endAtMs,
        engine,
        recruits: first.get(shard) ?? [],
      })),
    );
    options.onStart?.(liveRun(startedAtMs, ledger, finish));
    await seeThrough(options, {
      ledger,
      crowd,
      recruiting,
      finish,
      isCrossed: watchThresholds(thresholds, ledger),
    });
  } finally {
    crowd.kill();
    record.close();
  }
  const summary = ledger.close();
  return { summary, judgement: judge(summary, thresholds), record: record.file };
};

/** Asks before a crowd is sent, and learns on the way which signalling to use. */
const welcome = async ({
  deployment,
  plan,
  signalling,
}: RunOptions): Promise<EngineOptions['signalling']> => {
  const [first] = plan.participants;
  if (first === undefined) throw new RangeError('a plan needs participants');
  const newest = await preflight(deployment, first);
  return signalling === 'auto' ? newest : signalling;
};

/** What a run consists of once it goes on. */
interface UnderWay {
  ledger: Ledger;
  crowd: Crowd;
  recruiting: Recruiting;
  finish: PromiseWithResolvers<EndLine['reason']>;
  /** Whether a threshold says that this is enough. */
  isCrossed(): boolean;
}

/** From the first join until everybody has left: at the end of the plan, or when something ends the run before. */
const seeThrough = async (
  { plan, stop, deployment, record, onProgress }: RunOptions,
  { ledger, crowd, recruiting, finish, isCrossed }: UnderWay,
): Promise<void> => {
  const phase = phaseOf(plan);
  let leaving = false;
  const stopWatching = startMetronome(Date.now() - ledger.elapsedMs(), WATCH_AFTER_MS, () => {
    const now = ledger.elapsedMs();
    ledger.sampleSelf();
    const where = leaving
      ? { phase: 'leaving' as const, stages: [] }
      : { phase: phase(now, ledger.counts()), stages: stagesAt(plan, now) };
    onProgress?.({ ...where, totalMs: plan.endAtMs, ...ledger.progress() });
    if (leaving) return;
    recruiting.take(now).then((drafts) => {
      for (const { shard, recruits } of drafts) crowd.recruit(shard, recruits);
    }, finish.reject);
    if (isCrossed()) finish.resolve('threshold');
  });
  const timeUp = setTimeout(() => finish.resolve('finished'), plan.endAtMs - ledger.elapsedMs());
  const interrupt = (): void => {
    ledger.note('interrupted');
    finish.resolve('interrupted');
  };
  stop.addEventListener('abort', interrupt, { once: true });
  if (stop.aborted) interrupt();
  void record.failed.then(finish.reject);
  let over = false;
  let died = false;
  let noticing: NodeJS.Timeout | undefined;
  void deployment.exited.then((message) => {
    if (over) return;
    died = true;
    ledger.note('server_died', { message });
    noticing = setTimeout(() => finish.resolve('server_died'), NOTICE_MS);
  });
  try {
    const reason = await finish.promise.finally(async () => {
      leaving = true;
      await crowd.leave(LEAVE_WITHIN_MS);
    });
    // Everybody may have given up before the time to notice was over, or a threshold may have noticed it, too.
    const cause = died && reason !== 'interrupted' ? 'server_died' : reason;
    ledger.tell({ type: 'end', at: ledger.elapsedMs(), reason: cause });
  } finally {
    over = true;
    stop.removeEventListener('abort', interrupt);
    stopWatching();
    clearTimeout(timeUp);
    clearTimeout(noticing);
  }
};

/** Whether there may be nobody left after it. */
const isLoss = (line: RecordLine): boolean =>
  line.type === 'participant' ||
  (line.type === 'event' && (line.event === 'join_failed' || line.event === 'disconnected'));
