import type { EndCause } from '@livekit-swarm/host';
import { COORDINATOR_SHARD, type EndLine } from '@livekit-swarm/record';
import type { AdmissionQueue } from './admissions.ts';
import { createClockWatch } from './clock-watch.ts';
import { startIntervalTimer } from './interval-timer.ts';
import type { RunEnding } from './live-run.ts';
import { startPermissionSchedule } from './permission-schedule.ts';
import { phaseOf, stagesAt } from './progress.ts';
import type { RunLog } from './run-log.ts';
import type { RunOptions } from './run-options.ts';
import type { ObservedServer } from './server-metrics/observe-server.ts';
import type { ProfileWatch } from './server-profile/profile-watch.ts';
import type { WorkerPool } from './worker-pool.ts';

/**
 * Time for which participants stay after the server died, so that the record shows the effects on
 * them, ms.
 */
const AFTER_SERVER_DEATH_MS = 3_000;
/**
 * Offset of the supervision to full seconds, ms: workers sample at full seconds, and their samples
 * have arrived by then.
 */
const TICK_OFFSET_MS = 150;
const LEAVE_TIMEOUT_MS = 10_000;

export interface SupervisedRun {
  log: RunLog;
  workers: WorkerPool;
  admissions: AdmissionQueue;
  ending: RunEnding;
  /** Returns true if a threshold ends the run; called once a second. */
  isAborted(): boolean;
  /** Returns the reason if the load is far too large, otherwise null; called once a second. */
  overload(): EndLine['reason'] | null;
  server: ObservedServer;
  profiles: ProfileWatch;
}

/**
 * Supervises a run from the first join until all participants have left: at the end of the plan, or
 * when something ends the run earlier.
 */
export const superviseRun = async (
  { plan, stop, deployment, record, onProgress }: RunOptions,
  { log, workers, admissions, ending, isAborted, overload, server, profiles }: SupervisedRun,
): Promise<void> => {
  const phase = phaseOf(plan);
  let leaving = false;
  /** The threshold or load that ends the run as soon as the nodes are profiled. */
  let crossed: EndLine['reason'] | null = null;
  const clockWatch = createClockWatch(({ event, ...sizes }) =>
    log.appendRunEvent(event, { shard: COORDINATOR_SHARD, ...sizes }),
  );
  const stopTicking = startIntervalTimer(log.elapsedMs, TICK_OFFSET_MS, () => {
    clockWatch.check();
    const now = log.elapsedMs();
    log.sampleCoordinator();
    const current = leaving
      ? { phase: 'leaving' as const, stages: [] }
      : { phase: phase(now, log.counts()), stages: stagesAt(plan, now) };
    onProgress?.({ ...current, totalMs: plan.endAtMs, ...log.progress() });
    if (leaving) return;
    admissions.take(now).then((batches) => {
      for (const { shard, admitted } of batches) workers.assign(shard, admitted);
    }, ending.reject);
    profiles.check();
    if (crossed !== null) return;
    const cause = isAborted() ? 'threshold_crossed' : overload();
    if (cause === null) return;
    crossed = cause;
    void profiles.complete().then(() => ending.resolve(cause));
  });
  const permissions = startPermissionSchedule(
    plan.participants,
    deployment,
    log.elapsedMs,
    log.append,
  );
  const endOfPlan = setTimeout(() => ending.resolve('completed'), plan.endAtMs - log.elapsedMs());
  const interrupt = (): void => {
    log.appendRunEvent('interrupted');
    ending.resolve('interrupted');
  };
  stop.addEventListener('abort', interrupt, { once: true });
  if (stop.aborted) interrupt();
  void record.failed.then(ending.reject);
  let over = false;
  let serverEnd: EndLine['reason'] | null = null;
  let afterServerDeath: NodeJS.Timeout | undefined;
  void deployment.exited.then(({ cause, message }) => {
    if (over) return;
    const end = isOwnDoing(cause) ? 'server_died' : 'server_killed';
    serverEnd = end;
    log.appendRunEvent('server_died', { reason: cause, message });
    afterServerDeath = setTimeout(() => ending.resolve(end), AFTER_SERVER_DEATH_MS);
  });
  try {
    const reason = await ending.promise.finally(async () => {
      leaving = true;
      permissions.stop();
      await workers.stop(LEAVE_TIMEOUT_MS);
    });
    // Between the death of the server and the end, all participants may have given up, or a
    // threshold may have been crossed; while the nodes are profiled, the plan may have ended.
    const cause = reason === 'interrupted' ? reason : (serverEnd ?? crossed ?? reason);
    const endedAt = log.elapsedMs();
    await profiles.settled();
    await server.readResidue();
    log.append({ type: 'end', at: endedAt, reason: cause });
  } finally {
    over = true;
    stop.removeEventListener('abort', interrupt);
    stopTicking();
    clockWatch.close();
    clearTimeout(endOfPlan);
    clearTimeout(afterServerDeath);
    profiles.stop();
    await server.stop();
  }
};

/** Returns true if the server ended by a failure of its own, rather than from outside. */
const isOwnDoing = (cause: EndCause): boolean => {
  switch (cause) {
    case 'crashed':
    case 'out_of_memory':
      return true;
    case 'exited':
    case 'killed':
    case 'guard_died':
      return false;
  }
};
