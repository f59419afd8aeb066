import type { FaultTarget } from '@livekit-swarm/record';
import { drillTimes } from '../drill/schedule.ts';
import type { Fault } from '../faults/fault.ts';
import type { Component } from '../targets/platform.ts';
import { type Injection, injectFault } from './inject-fault.ts';
import { nodeChanged } from './node-steps.ts';
import type { FaultScheduleOptions, InjectedFault } from './schedule-options.ts';

/** One injection, with its target resolved. */
export interface TrackedInjection {
  fault: Fault;
  /** Target as in the drill, for the record. */
  target: FaultTarget;
  params: Record<string, unknown>;
  components: readonly Component[];
  /** Rooms on the components. */
  rooms: string[];
  /** Time until the rollback, ms; null: the end of the drill. */
  durationMs: number | null;
  /** Aborted: an injection that takes long ends early, with an error. */
  stop?: AbortSignal;
  /** Called when the injection failed, before its rollback. */
  onFailed?(error: unknown): void;
}

/**
 * Injects a fault, records it, and adds it to those that must be rolled back.
 * @throws SwarmError of `injectFault`
 */
export const injectTracked = async (
  options: FaultScheduleOptions,
  { fault, target, params, components, rooms, durationMs, stop, onFailed }: TrackedInjection,
): Promise<{
  injection: Injection;
  injected: InjectedFault;
  /** Begin of the injection, ms after the start of the run. */
  at: number;
  untilRollbackMs: number;
}> => {
  const { drill, platform, steadyState, append, elapsedMs, expiry } = options;
  options.onTargeted(rooms);
  let at = elapsedMs();
  const untilRollbackMs = durationMs ?? Math.max(0, drillTimes(drill).endMs - at);
  const injection = await injectFault({
    fault,
    platform,
    components,
    params,
    drill: drill.name,
    journal: options.journal,
    expiry: { afterMs: untilRollbackMs + expiry.marginMs, required: expiry.required },
    onBegin: () => {
      at = elapsedMs();
    },
    onStep: (id, step) => append(nodeChanged(id, step, steadyState)),
    ...(stop !== undefined && { stop }),
    ...(onFailed !== undefined && { onFailed }),
  });
  const injected = trackInjection(injection, fault.name, options);
  append(
    {
      event: 'fault_injected',
      id: injection.id,
      fault: fault.name,
      target,
      params,
      components: components.map(({ name }) => name),
      rooms,
      completedAt: elapsedMs(),
    },
    at,
  );
  return { injection, injected, at, untilRollbackMs };
};

const trackInjection = (
  injection: Injection,
  name: string,
  { append, elapsedMs, injected }: Pick<FaultScheduleOptions, 'append' | 'elapsedMs' | 'injected'>,
): InjectedFault => {
  let rollback: Promise<void> | undefined;
  const start = async (): Promise<void> => {
    const at = elapsedMs();
    await injection.rollback();
    injected.delete(tracked);
    append(
      { event: 'fault_rolled_back', id: injection.id, fault: name, completedAt: elapsedMs() },
      at,
    );
  };
  const tracked: InjectedFault = {
    id: injection.id,
    name,
    get rollingBack() {
      return rollback !== undefined;
    },
    rollback: () => {
      rollback ??= start();
      return rollback;
    },
    keep: async () => {
      injected.delete(tracked);
      await injection.keep();
    },
  };
  injected.add(tracked);
  return tracked;
};
