import { setTimeout as sleep } from 'node:timers/promises';
import { hasErrorCode } from '@livekit-swarm/settings';
import type { Drill, DrillFault } from '../drill/drill.ts';
import { canOverlap, terminatesProcess } from '../drill/fault-conflicts.ts';
import { affectedMs } from '../drill/schedule.ts';
import { type Fault, findFault } from '../faults/fault.ts';
import type { Component, Platform } from '../targets/platform.ts';
import { withRedisRoles } from '../targets/redis-roles.ts';
import type { EffectLoss, Injection } from './inject-fault.ts';
import { injectTracked } from './inject-tracked.ts';
import { type LoadView, type ResolvedTarget, resolveTarget } from './resolve-target.ts';
import type { FaultScheduleOptions, InjectedFault } from './schedule-options.ts';

/**
 * Injects the drill's faults at their times, each into the components to which its target then
 * resolves, and rolls each back after its duration. Resolves after the last rollback; faults
 * without a duration stay. A fault that is not available is recorded as skipped.
 * @throws SwarmError when an injection or rollback failed
 */
export const runFaultSchedule = async (options: FaultScheduleOptions): Promise<void> => {
  const active = createActiveFaults(options.drill);
  const outcomes = await Promise.allSettled(
    options.drill.faults.map((scheduled) => runFault(options, scheduled, active)),
  );
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
};

/**
 * Rolls back the remaining faults, the last one first.
 * @throws the first failure, after all were tried
 */
export const rollbackAll = async (injected: Set<InjectedFault>): Promise<void> => {
  let failure: unknown = null;
  for (const fault of [...injected].reverse()) {
    await fault.rollback().catch((error: unknown) => {
      failure ??= error;
    });
  }
  if (failure !== null) throw failure;
};

const runFault = async (
  options: FaultScheduleOptions,
  scheduled: DrillFault,
  active: ActiveFaults,
): Promise<void> => {
  const { platform, steadyState, append, elapsedMs, steadyMs, stop } = options;
  const { durationMs, params } = scheduled;
  const waitUntil = (atMs: number): Promise<void> =>
    sleep(Math.max(0, atMs - elapsedMs()), undefined, { signal: stop }).catch(() => {});

  await waitUntil(steadyMs + scheduled.atMs);
  if (stop.aborted) return;
  const fault = findFault(options.faults, scheduled.fault);
  const all = await withRedisRoles(platform, await platform.components());
  const { components, rooms, unavailable } = active.target(scheduled, fault, all, steadyState);
  const detail = unavailable ?? (await whyUnavailable(fault, platform, components, params));
  if (detail !== null) {
    append({ event: 'fault_skipped', fault: fault.name, detail });
    return;
  }
  if (stop.aborted) return;

  const tracked = await injectTracked(options, {
    fault,
    target: scheduled.target,
    params,
    components,
    rooms,
    durationMs,
    stop,
  }).catch((error: unknown) => {
    // It was asked to stop, and was rolled back.
    if (!stop.aborted || !hasErrorCode(error, 'rollout_failed')) throw error;
    options.onUnfinished(fault.name);
    return null;
  });
  if (tracked === null) return;
  const { injection, injected, at, untilRollbackMs } = tracked;
  // The time counts from the injection, because resolving the target takes time on a remote host.
  await waitUntil(at + untilRollbackMs / 2);
  const tookMs = await checkEffect(injection, injected, options, false);
  await waitUntil(at + untilRollbackMs - CHECK_BEFORE_MS - 2 * tookMs);
  await checkEffect(injection, injected, options, true);
  if (durationMs === null) return;
  await waitUntil(at + durationMs);
  await injected.rollback();
};

/** Time between the last check and the rollback, which the check must not delay, ms. */
const CHECK_BEFORE_MS = 300;

/**
 * Checks the effect of a fault, except after the end of the drill, when everything is rolled back.
 * A check in the middle that got no answer is repeated at the end. A fault of packets that met none
 * is only recorded where the drill allows that.
 * @returns duration of the check, ms
 */
const checkEffect = async (
  injection: Injection,
  injected: InjectedFault,
  {
    drill,
    stop,
    append,
    onEffectLost,
  }: Pick<FaultScheduleOptions, 'drill' | 'stop' | 'append' | 'onEffectLost'>,
  atEnd: boolean,
): Promise<number> => {
  if (stop.aborted || injected.rollingBack) return 0;
  const beganAt = performance.now();
  const loss = await injection.check(atEnd);
  const isOver = stop.aborted || injected.rollingBack;
  if (loss !== null && !isOver && (atEnd || loss.code === 'fault_gone')) {
    if (drill.requireTraffic === false && isIdle(loss))
      append({ event: 'fault_idle', fault: loss.fault, component: loss.component });
    else onEffectLost(loss);
  }
  return performance.now() - beganAt;
};

/** Returns true if the fault is still there, and its component had no packet for it. */
const isIdle = (loss: EffectLoss): boolean =>
  loss.code === 'fault_gone' && loss.found === 'no_packet_matched';

const whyUnavailable = async (
  fault: Fault,
  platform: Platform,
  components: readonly Component[],
  params: unknown,
): Promise<string | null> => {
  const reasons = await Promise.all(
    components.map((component) => fault.unavailable(platform, component, params)),
  );
  return reasons.find((reason) => reason !== null) ?? null;
};

/** Target of a fault, and the obstacle to its injection. */
export interface TargetedFault extends ResolvedTarget {
  /** Reason for which the fault cannot be injected; null: no reason is known. */
  unavailable: string | null;
}

/** Components that are affected at the same time, by the drill's schedule. */
export interface ActiveFaults {
  /**
   * Marks the components as affected until the fault is over.
   * @throws SwarmError `component_not_found`, `blast_radius`
   */
  target(
    scheduled: DrillFault,
    fault: Fault,
    all: readonly Component[],
    steadyState: LoadView,
  ): TargetedFault;
}

interface ActiveFault {
  name: string;
  terminates: boolean;
  components: readonly Component[];
  /** End of the effect, ms after the steady state, like `atMs` of faults. */
  untilMs: number;
}

export const createActiveFaults = (drill: Pick<Drill, 'seed' | 'blastRadius'>): ActiveFaults => {
  const faults: ActiveFault[] = [];
  return {
    target: (scheduled, fault, all, steadyState) => {
      const active = faults.filter(({ untilMs }) => untilMs > scheduled.atMs);
      const resolved = resolveTarget(
        scheduled.target,
        all,
        steadyState,
        drill,
        active.flatMap(({ components }) => components),
      );
      const { components } = resolved;
      const next = { name: fault.name, terminates: terminatesProcess(fault) };
      const unavailable =
        whyWrongKind(fault, components) ?? whyConflicting(next, components, active);
      if (unavailable === null) {
        const untilMs = scheduled.atMs + affectedMs(scheduled.durationMs, fault);
        faults.push({ ...next, components, untilMs });
      }
      return { ...resolved, unavailable };
    },
  };
};

/**
 * Reason for which the components have the wrong kind; null: none. A drill file may name a
 * component, whose kind is known only here.
 */
const whyWrongKind = ({ targets }: Fault, components: readonly Component[]): string | null => {
  const other = components.find(({ kind }) => !targets.includes(kind));
  return other === undefined
    ? null
    : `cannot be injected into ${other.name} (${other.kind}), only into ${targets.join(', ')}`;
};

const whyConflicting = (
  next: Pick<ActiveFault, 'name' | 'terminates'>,
  components: readonly Component[],
  active: readonly ActiveFault[],
): string | null => {
  for (const earlier of active.filter((one) => !canOverlap(one, next))) {
    const both = components.find(({ name }) =>
      earlier.components.some((component) => component.name === name),
    );
    if (both !== undefined)
      return `its target ${both.name} is still affected by ${earlier.name}, which excludes it`;
  }
  return null;
};
