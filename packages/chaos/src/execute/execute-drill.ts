import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadGuard } from '@livekit-swarm/livekit';
import { openRecord, type RecordLine, type RecordWriter } from '@livekit-swarm/record';
import {
  type LiveRun,
  type Progress,
  run,
  runningDeployment,
  type WorkerAllocation,
} from '@livekit-swarm/runner';
import { type Plan, withConnect } from '@livekit-swarm/scenario';
import { messageOf, SwarmError } from '@livekit-swarm/settings';
import type { Drill } from '../drill/drill.ts';
import { isLoad, planOfDrill } from '../drill/scenario-of-drill.ts';
import { drillTimes } from '../drill/schedule.ts';
import type { Fault } from '../faults/fault.ts';
import type { Journal } from '../journal/journal.ts';
import { combineRepeats } from '../measure/combine-repeats.ts';
import { decideDrillVerdict, type ExecutionFailure } from '../measure/decide-verdict.ts';
import { drillHealth } from '../measure/drill-health.ts';
import type { DrillResult, DrillServer, RepeatResult } from '../measure/drill-result.ts';
import { createSeconds, windowFigures } from '../measure/figures.ts';
import { createRecoveryFold } from '../measure/measure-recovery.ts';
import type { Recovery } from '../measure/recovery.ts';
import { createWaitsFold } from '../measure/waits.ts';
import { type DrillPlan, planDrill } from '../plan/plan-drill.ts';
import type { HeldLock } from '../targets/lock/host-lock.ts';
import { followProcesses } from './component-processes.ts';
import { measureContinuity } from './continuity.ts';
import type { DrillDeployment, StartedDeployment } from './deployment.ts';
import { rollbackAll, runFaultSchedule } from './fault-schedule.ts';
import { startHelpers } from './helpers.ts';
import { matchTarget, readTargetFacts } from './match-target.ts';
import { observeDeployment } from './observe-deployment.ts';
import {
  assertComponentsKnown,
  assertExpiry,
  assertLossesKnown,
  assertObservable,
  assertTargetConfirmed,
  externalRollback,
  openRooms,
} from './preconditions.ts';
import { prepareReleases } from './prepare-releases.ts';
import type { FaultScheduleOptions, InjectedFault } from './schedule-options.ts';
import { serverSources } from './server-sources.ts';
import {
  createSteadyStateTracker,
  type SteadyStateTracker,
  watchAbortCondition,
} from './steady-state.ts';

export interface ExecuteDrillOptions {
  drill: Drill;
  /** Guard that permits the load on the deployment. */
  guard: LoadGuard;
  /** Starts or finds the deployment of a repeat. `dir`: folder for logs of a lab. */
  deploy(dir: string): Promise<StartedDeployment>;
  faults: ReadonlyMap<string, Fault>;
  journal: Journal;
  /** Value of `--confirm-target`. */
  confirmedTarget: string | null;
  /** True: inject even if it is not proven that the participants use the target. */
  allowUnprovenTarget: boolean;
  /** Delay after which the target itself rolls back a fault, ms after the scheduled rollback. */
  expiryMarginMs: number;
  /** Value of `--without-expiry`: inject even if the target cannot roll back on its own. */
  withoutExpiry: boolean;
  /** Changes in place of the faults' schedule. Absent: the faults of the drill, at their times. */
  changes?: Changes;
  /** Folder of the drill; each of several repeats has a folder in it. */
  dir: string;
  /**
   * Writes the result so far into `dir`: if this process is killed, the records can be evaluated.
   */
  save(result: DrillResult): void | Promise<void>;
  newRunName(): string;
  /** Attempts added for inconclusive and void repeats. Default: `MAX_EXTRA_ATTEMPTS`. */
  extraAttempts?: number;
  staff(plan: Plan): WorkerAllocation;
  version: string;
  /** Aborted: roll back, leave, and decide on the results so far. */
  stop: AbortSignal;
  onRepeat?(number: number, of: number): void;
  /**
   * Receives the affected components, times and rollbacks, before a deployment other than a lab is
   * confirmed.
   */
  onPreview?(plan: DrillPlan, url: string): void | Promise<void>;
  /**
   * Receives the record that is being written, and null between repeats, for a caller that must
   * exit at once.
   */
  onRecord?(record: RecordWriter | null): void;
  /** Receives a line on what is made ready before the load, such as a program that is compiled. */
  onPreparation?(line: string): void;
  onProgress?(progress: Progress): void;
  onLine?(line: RecordLine): void;
  onResult?(repeat: RepeatResult): void;
}

/** Changes of the deployment that decide themselves when the next one begins. */
export interface Changes {
  /**
   * Checks the deployment before the load begins.
   * @throws SwarmError when the changes are not possible there, or could not be undone
   */
  check(deployment: StartedDeployment): Promise<void>;
  /**
   * Makes the changes; the run ends afterwards.
   * @returns the reason for which they ended early; null: they were completed, or `stop` was aborted
   */
  run(context: ChangeContext): Promise<ExecutionFailure | null>;
}

export interface ChangeContext extends FaultScheduleOptions {
  deployment: DrillDeployment;
  steadyState: SteadyStateTracker;
  /** Rooms of the run. */
  rooms: ReadonlySet<string>;
  /** Random word in the names of this run's rooms. */
  runName: string;
  /** Measurements so far. */
  measure(): Recovery;
}

/** Attempts added for inconclusive and void repeats, in total. The report shows every one. */
export const MAX_EXTRA_ATTEMPTS = 2;

/**
 * Executes a drill: every repeat on a confirmed deployment, until enough of them are conclusive. An
 * interruption ends it after the current repeat, whose faults are rolled back.
 * @throws SwarmError when the target is not confirmed, or an injection or rollback fails; what
 * `deploy` and `run` throw
 */
export const executeDrill = async (options: ExecuteDrillOptions): Promise<DrillResult> => {
  const { drill, dir, stop } = options;
  const startedAt = new Date().toISOString();
  const repeats: RepeatResult[] = [];
  const serverVersions = new Set<string>();
  let tested: Pick<DrillResult, 'deployment' | 'server'> = { deployment: '', server: null };
  const resultSoFar = (): DrillResult =>
    combineRepeats({ drill, ...tested, startedAt, repeats, serverVersions });

  // Changes stay: they cannot be repeated.
  const isDone = (): boolean =>
    isConclusive(drill, repeats, options.extraAttempts) ||
    (options.changes !== undefined && repeats.length > 0);
  for (let number = 1; !isDone() && !stop.aborted; number++) {
    options.onRepeat?.(number, drill.repeats);
    const folder = repeatFolder(dir, drill, number);
    const record = openRecord(folder);
    options.onRecord?.(record);
    try {
      await using deployment = await options.deploy(folder);
      const preview =
        deployment.isLab || number > 1
          ? null
          : await planDrill(drill, deployment.platform, options.faults);
      if (preview !== null) await options.onPreview?.(preview, deployment.url);
      assertTargetConfirmed(deployment, drill, options.confirmedTarget);
      assertComponentsKnown(drill, await deployment.platform.components());
      if (preview !== null) assertLossesKnown(preview);
      await assertObservable(deployment, drill);
      await using lock = await deployment.platform.lock?.('drill');
      if (!options.withoutExpiry) await assertExpiry(deployment, drill, options.faults);
      const { changes, onPreparation: onProgress = () => {} } = options;
      if (changes === undefined)
        await prepareReleases(deployment.platform, drill, { onProgress, signal: stop });
      else await changes.check(deployment);
      await using _helpers = await startHelpers(deployment.platform, drill, options.faults);
      tested = { deployment: deployment.platform.label, server: await serverOf(deployment) };
      await options.save(resultSoFar());

      const repeat = await executeRepeat({
        ...options,
        number,
        deployment,
        lock,
        record,
        name: options.newRunName(),
        onLine: (line) => {
          if (line.type === 'event' && line.serverVersion !== undefined)
            serverVersions.add(line.serverVersion);
          options.onLine?.(line);
        },
      });
      repeats.push(repeat);
      await options.save(resultSoFar());
      if (!stop.aborted) await deployment.confirm?.();
      options.onResult?.(repeat);
    } catch (error) {
      record.discard();
      throw error;
    } finally {
      options.onRecord?.(null);
    }
  }
  return resultSoFar();
};

const serverOf = async ({
  url,
  isLab,
  platform,
  startedServer,
}: Pick<
  DrillDeployment,
  'url' | 'isLab' | 'platform' | 'startedServer'
>): Promise<DrillServer> => ({
  // Host without user and password.
  host: URL.parse(url)?.host || url,
  isLab,
  nodes: (await platform.components()).filter(({ kind }) => kind === 'node').length,
  ...(startedServer !== undefined && { started: startedServer }),
});

type RepeatOptions = ExecuteDrillOptions & {
  number: number;
  deployment: DrillDeployment;
  /** Lock on the deployment. Absent: no other drill can inject into the deployment. */
  lock?: Pick<HeldLock, 'assertHeld'> | undefined;
  record: RecordWriter;
  /** Random word in the names of this run's rooms and participants. */
  name: string;
};

/**
 * Runs the load and, in parallel, the faults; then measures the recovery and decides the verdict.
 */
const executeRepeat = async (options: RepeatOptions): Promise<RepeatResult> => {
  const { drill, deployment, name, record, stop } = options;
  const plan = viaEndpoint(planOfDrill(drill, name), deployment.users);
  const recoveryFold = createRecoveryFold();
  const waitsFold = createWaitsFold((fault) => options.faults.get(fault)?.takesCpu === true);
  const seconds = createSeconds();
  const steadyState = createSteadyStateTracker(plan.participants, drillTimes(drill));
  // The faults in this set are rolled back in any case.
  const injected = new Set<InjectedFault>();
  const runEnded = new AbortController();
  let faults: Promise<ExecutionFailure | null> = Promise.resolve({
    event: 'void',
    reason: { code: 'ended_before_steady_state' },
  });
  let startedAtMs = Date.now();
  /** Monotonic time since the run started, ms. */
  let elapsedMs = (): number => 0;
  let result: Awaited<ReturnType<typeof run>>;
  let recovery: Recovery;

  await openRooms(deployment, loadRooms(drill, plan));
  await using processes = await followProcesses(deployment);
  try {
    result = await run({
      deployment: {
        ...runningDeployment(deployment),
        ...(processes !== null && { componentPids: processes.pids }),
      },
      guard: options.guard,
      run: name,
      plan,
      allocation: options.staff(plan),
      signalling: 'auto',
      reconnectPolicy: drill.load.reconnectPolicy,
      watchMedia: true,
      record,
      version: options.version,
      stop,
      server: {
        sources: serverSources(deployment),
        logs: deployment.nodeLogs ?? [],
        settleMs: 0,
      },
      ...(options.onProgress !== undefined && { onProgress: options.onProgress }),
      onStart: (live) => {
        ({ startedAtMs, elapsedMs } = live);
        const measure = recoveryFold.result;
        const phase = { ...options, plan, live, steadyState, injected, measure };
        faults = executeFaults({ ...phase, stop: AbortSignal.any([stop, runEnded.signal]) });
        // The promise is awaited below; until then a rejection has no other listener.
        faults.catch(() => {});
      },
      onLine: (line) => {
        recoveryFold.add(line);
        waitsFold.add(line);
        seconds.add(line);
        steadyState.add(line);
        options.onLine?.(line);
      },
    });
    // Measured before the last rollbacks, because the record lacks them and its evaluation must
    // give the same result.
    recovery = recoveryFold.result();
  } finally {
    runEnded.abort();
    await faults.catch(() => {});
    await rollbackAll(injected);
  }
  const failure = await faults;
  const { thresholds } = result.decision;
  const health = drillHealth(drill, result.summary, result.decision, waitsFold.result());
  const decision = { thresholds, health };
  return {
    number: options.number,
    recovery,
    windows: windowFigures(result.summary),
    seconds: seconds.result(),
    record: result.record,
    startedAtMs,
    durationMs: Math.round(elapsedMs()),
    ...decideDrillVerdict({ drill, recovery, failure, interrupted: stop.aborted, decision }),
  };
};

export type FaultPhase = RepeatOptions & {
  plan: Plan;
  live: LiveRun;
  steadyState: ReturnType<typeof createSteadyStateTracker>;
  /** Faults that were injected and not rolled back; the caller rolls back the rest at the end. */
  injected: Set<InjectedFault>;
  /** Measurements so far. */
  measure(): Recovery;
};

const OBSERVE_EVERY_MS = 1_000;

/**
 * Executes the faults, from the first join to the end of the run: waits for the steady state,
 * injects and rolls back on schedule, and observes the deployment meanwhile.
 * @returns the reason for which the drill ended early; null: its schedule was completed
 */
export const executeFaults = async (phase: FaultPhase): Promise<ExecutionFailure | null> => {
  const { drill, deployment, plan, live, steadyState, injected, stop } = phase;
  const { steadyMs } = drillTimes(drill);
  const rooms = new Set(plan.participants.map(({ room }) => room));
  let failure: ExecutionFailure | null = null;
  const endRun = (event: ExecutionFailure['event'], reason: ExecutionFailure['reason']): void => {
    if (failure !== null) return;
    failure = { event, reason };
    live.append(failure);
    live.stop();
  };

  const { names } = deployment;
  names?.onMove((to) => live.append({ event: 'name_moved', to, ttlMs: names.ttlMs }));
  deployment.users?.onMove((to) => live.append({ event: 'users_moved', to }));
  const observer = observeDeployment(deployment, rooms, live.append, live.elapsedMs);
  const observeUntilStopped = async (): Promise<void> => {
    while (!stop.aborted) {
      await deployment.confirm?.();
      phase.lock?.assertHeld();
      const fault = await externalRollback(injected, phase.journal);
      if (fault !== null) endRun('void', { code: 'rolled_back_externally', fault });
      await observer.observe();
      await waitUntilStopped(OBSERVE_EVERY_MS, stop);
    }
  };
  const observing = observeUntilStopped().catch((error: unknown) =>
    endRun('void', executionFailed(error)),
  );
  const abort = watchAbortCondition(drill, steadyState, rooms);
  const continuity = runContinuity(phase).catch((error: unknown) =>
    endRun('void', executionFailed(error)),
  );
  const stopOrAbort = AbortSignal.any([stop, abort.signal]);

  // Read early: on a remote host it takes seconds, which would delay the first injection.
  const targetFacts = waitUntilStopped(
    steadyMs - drill.steadyState.forMs - live.elapsedMs(),
    stop,
  ).then(() =>
    readTargetFacts(
      deployment,
      drill.faults.map(({ target }) => target),
    ),
  );
  // The promise is awaited below, unless the drill ends before.
  targetFacts.catch(() => {});

  try {
    await waitUntilStopped(steadyMs - live.elapsedMs(), stop);
    if (stop.aborted)
      return failure ?? { event: 'void', reason: { code: 'ended_before_steady_state' } };
    if (!steadyState.hasLasted(drill.steadyState.forMs, live.elapsedMs())) {
      const { withinMs } = drill.steadyState;
      const missing = steadyState.missing();
      endRun('void', { code: 'steady_state_not_reached', withinMs, ...missing });
      return failure;
    }
    live.append({ event: 'steady_state_reached' });
    const roomNodes = new Set(steadyState.nodes.values());
    const doubt = matchTarget({ ...(await targetFacts), roomNodes });
    if (doubt?.code === 'target_unproven' && phase.allowUnprovenTarget) {
      const { code: _, ...assumed } = doubt;
      live.append({ event: 'target_assumed', ...assumed });
    } else if (doubt !== null) {
      endRun('void', doubt);
      return failure;
    }

    // Started only now, because participants that are still joining receive no media either.
    abort.start();
    let unfinished: string | null = null;
    const schedule: FaultScheduleOptions = {
      steadyState,
      drill,
      platform: deployment.platform,
      faults: phase.faults,
      journal: phase.journal,
      injected,
      elapsedMs: live.elapsedMs,
      steadyMs,
      onTargeted: abort.exclude,
      onEffectLost: (loss) => endRun('void', loss),
      onUnfinished: (fault) => {
        unfinished = fault;
      },
      append: live.append,
      expiry: {
        marginMs: phase.expiryMarginMs,
        required: !deployment.isLab && !phase.withoutExpiry,
      },
      stop: stopOrAbort,
    };
    if (phase.changes === undefined) await runFaultSchedule(schedule);
    else {
      const { measure, name: runName } = phase;
      const context = { ...schedule, deployment, steadyState, rooms, runName, measure };
      const end = await phase.changes.run(context);
      // An abort condition is the reason for an early end, not its consequence.
      if (end !== null && abort.metWith === null) endRun(end.event, end.reason);
      else if (!stopOrAbort.aborted) live.stop();
    }
    if (!stopOrAbort.aborted) await once(stopOrAbort, 'abort');
    if (abort.metWith !== null && drill.abort !== null) {
      await rollbackAll(injected);
      const { forMs } = drill.abort;
      const { condition, share } = abort.metWith;
      const code = condition === 'load' ? 'load_interrupted' : 'control_group_interrupted';
      endRun('aborted', { code, share, forMs });
    }
    if (unfinished !== null)
      endRun('void', {
        code: 'execution_failed',
        error: null,
        message: `the load ended before ${unfinished} was complete: it was rolled back`,
      });
    return failure;
  } catch (error) {
    // The record includes the reason, so that a later evaluation does not count the drill as
    // executed.
    endRun('void', executionFailed(error));
    throw error;
  } finally {
    abort.close();
    await Promise.all([observing, continuity]);
    observer.close();
  }
};

/** Plan whose participants ask a token endpoint for their server, if there is one. */
const viaEndpoint = (plan: Plan, users: DrillDeployment['users']): Plan => {
  const endpoint = users?.endpoint ?? null;
  if (endpoint === null) return plan;
  const connect = { url: endpoint.url, servers: [...endpoint.servers], headers: {} };
  return {
    ...plan,
    scenario: withConnect(plan.scenario, connect),
    participants: plan.participants.map((participant) => ({ ...participant, connect })),
  };
};

/** Most participants whose attributes are written. */
const MAX_STATE_PARTICIPANTS = 20;

/** Time that the end of a drill leaves for reading the state, ms. */
const READ_STATE_MS = 8_000;

/** Measures continuity from the beginning of the steady state until shortly before the end. */
const runContinuity = async ({ drill, deployment, plan, name, live, stop }: FaultPhase) => {
  const { continuity } = drill;
  if (continuity === null) return;
  const { steadyFromMs, endMs } = drillTimes(drill);
  await waitUntilStopped(steadyFromMs - live.elapsedMs(), stop);
  if (stop.aborted) return;
  const over = AbortSignal.timeout(Math.max(0, endMs - READ_STATE_MS - live.elapsedMs()));
  const participants = plan.participants
    .filter(
      (one) =>
        isLoad(one) && one.joinAtMs < steadyFromMs && one.leaveAtMs > endMs - READ_STATE_MS / 2,
    )
    .slice(0, MAX_STATE_PARTICIPANTS);
  await measureContinuity(
    { deployment, continuity, name, participants, ...live },
    AbortSignal.any([over, stop]),
  );
};

/** Rooms that participants of the load join before the steady state. */
const loadRooms = (drill: Drill, { participants }: Plan): string[] => {
  const { steadyMs } = drillTimes(drill);
  const early = participants.filter((one) => isLoad(one) && one.joinAtMs < steadyMs);
  return [...new Set(early.map(({ room }) => room))];
};

/**
 * Returns true when no further repeat is needed: enough were measured, or the attempts are used up.
 */
export const isConclusive = (
  { repeats }: Pick<Drill, 'repeats'>,
  done: readonly (Pick<RepeatResult, 'verdict' | 'reasons'> & {
    recovery: Pick<Recovery, 'skipped'>;
  })[],
  extraAttempts = MAX_EXTRA_ATTEMPTS,
): boolean => {
  // Repeats do not help against an unavailable fault or a wrong target.
  const conclusive = done.filter(
    ({ verdict, reasons, recovery }) =>
      verdict === 'passed' ||
      verdict === 'failed' ||
      verdict === 'interrupted' ||
      recovery.skipped.length > 0 ||
      reasons.some(({ code }) => code === 'target_mismatch' || code === 'target_unproven'),
  );
  return conclusive.length >= repeats || done.length >= repeats + extraAttempts;
};

/** Folder of the record of a repeat. */
export const repeatFolder = (
  dir: string,
  { repeats }: Pick<Drill, 'repeats'>,
  number: number,
): string => (repeats === 1 && number === 1 ? dir : join(dir, `repeat-${number}`));

const executionFailed = (error: unknown): ExecutionFailure['reason'] => ({
  code: 'execution_failed',
  error: error instanceof SwarmError ? error.code : null,
  message: messageOf(error),
});

/** Resolves after this time, or as soon as `stop` is aborted. */
const waitUntilStopped = (ms: number, stop: AbortSignal): Promise<void> =>
  sleep(Math.max(0, ms), undefined, { signal: stop }).catch(() => {});
