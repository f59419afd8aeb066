import { explain, messageOf, SwarmError } from '@livekit-swarm/settings';
import type { Drill, DrillFault, FaultTarget } from '../drill/drill.ts';
import { isLoad, planOfDrill } from '../drill/scenario-of-drill.ts';
import { type DrillTimes, drillTimes } from '../drill/schedule.ts';
import type { Faults } from '../drill/schema/fault.ts';
import {
  type ActiveFaults,
  createActiveFaults,
  type TargetedFault,
} from '../execute/fault-schedule.ts';
import { neededHelpers } from '../execute/helpers.ts';
import { describeTarget } from '../execute/resolve-target.ts';
import { type Fault, findFault } from '../faults/fault.ts';
import type { Component, Platform } from '../targets/platform.ts';
import type { RolloutFacts } from '../targets/rollout.ts';

/** Dry run of a drill; plain JSON. */
export interface DrillPlan {
  drill: Drill;
  /** Name of the deployment, without secrets. */
  deployment: string;
  components: { name: string; kind: Component['kind'] }[];
  /** Names of components that do not run. */
  notRunning: string[];
  participants: { load: number; joinProbes: number };
  times: DrillTimes;
  faults: PlannedFault[];
  /** Settings by which the platform rolls the nodes; null: the drill does not roll them. */
  rollout: RolloutFacts | null;
  /** Descriptions of helpers that the drill starts on the hosts of components: manifests. */
  helpers: object[];
}

export interface PlannedFault {
  fault: string;
  target: FaultTarget;
  /** Parameters, as parsed by the fault's own schema. */
  params: DrillFault['params'];
  /** Components that the fault may affect; the rooms of the load decide between several. */
  candidates: string[];
  /** Injection, ms after the start of the run. */
  atMs: number;
  /** Rollback, ms after the start of the run; null: at the end of the drill. */
  rollbackAtMs: number | null;
  /** Description of its rollback; null: none. */
  rollback: string | null;
  /** Permanent losses: keys of Redis. */
  losses: string[];
  /** Components whose losses are unknown, with the errors. */
  unknownLosses: string[];
  /** Reasons for which it cannot be injected into some of them: the drill would be void. */
  obstacles: string[];
}

/**
 * Plans a drill on a deployment: its schedule, and whether its faults are available. Changes
 * nothing.
 */
export const planDrill = async (
  drill: Drill,
  platform: Platform,
  faults: Faults,
): Promise<DrillPlan> => {
  const times = drillTimes(drill);
  const { participants } = planOfDrill(drill, 'plan');
  const load = participants.filter(isLoad).length;
  const components = await platform.components();
  const active = createActiveFaults(drill);
  const planned: PlannedFault[] = [];
  for (const scheduled of drill.faults)
    planned.push(await planFault(scheduled, { active, platform, faults, components, times }));
  const rolls = drill.faults.some(({ fault }) => fault === 'rollout');
  const needed = neededHelpers(drill, faults, components);
  const helpers =
    needed.components.length === 0
      ? []
      : await platform.helpers?.manifests(needed.components, needed.lifetimeMs);
  return {
    drill,
    deployment: platform.label,
    components: components.map(({ name, kind }) => ({ name, kind })),
    notRunning: await stoppedComponents(platform, components),
    participants: { load, joinProbes: participants.length - load },
    times,
    faults: planned,
    helpers: helpers ?? [],
    rollout: rolls && platform.rollout?.by === 'platform' ? await platform.rollout.facts() : null,
  };
};

interface PlanContext {
  active: ActiveFaults;
  platform: Platform;
  faults: Faults;
  components: readonly Component[];
  times: DrillTimes;
}

const planFault = async (
  scheduled: DrillFault,
  { active, platform, faults, components, times }: PlanContext,
): Promise<PlannedFault> => {
  const { target, params, durationMs } = scheduled;
  const atMs = times.steadyMs + scheduled.atMs;
  const planned = {
    fault: scheduled.fault,
    target,
    params,
    atMs,
    rollbackAtMs: durationMs === null ? null : atMs + durationMs,
  };
  try {
    const fault = findFault(faults, scheduled.fault);
    const rollback = fault.rollbackDescription ?? null;
    const found = candidatesOf(scheduled, fault, components, active);
    const obstacles: string[] = found.unavailable === null ? [] : [found.unavailable];
    const losses: string[] = [];
    const unknownLosses: string[] = [];
    for (const component of found.components) {
      const why = found.unavailable ?? (await fault.unavailable(platform, component, params));
      if (why !== null && !obstacles.includes(why)) obstacles.push(why);
      try {
        losses.push(...((await fault.preview?.(platform, component, params)) ?? []));
      } catch (error) {
        // A fault that cannot be injected causes no loss; the plan shows the obstacle.
        if (why === null) unknownLosses.push(`${component.name}: ${textOf(error)}`);
      }
    }
    const candidates = found.components.map(({ name }) => name);
    return { ...planned, candidates, rollback, losses, unknownLosses, obstacles };
  } catch (error) {
    if (!(error instanceof SwarmError)) throw error;
    const obstacles = [error.message];
    return { ...planned, candidates: [], rollback: null, losses: [], unknownLosses: [], obstacles };
  }
};

const textOf = (error: unknown): string =>
  error instanceof SwarmError ? explain(error) : messageOf(error);

const NO_LOAD = {
  nodes: new Map<string, string>(),
  backends: new Map<string, string>(),
  agents: new Map<string, string>(),
};

/** Components that a target may select, depending on the rooms of the load. */
const candidatesOf = (
  scheduled: DrillFault,
  fault: Fault,
  components: readonly Component[],
  active: ActiveFaults,
): Pick<TargetedFault, 'components' | 'unavailable'> => {
  const { target } = scheduled;
  if (target.role === 'agent-worker') {
    const workers = components.filter(({ kind }) => kind === 'agent-worker');
    if (workers.length > 0) return { components: workers, unavailable: null };
  }
  if (target.role !== 'room-node' && target.role !== 'other-node' && target.role !== 'signal-node')
    return active.target(scheduled, fault, components, NO_LOAD);
  const nodes = components.filter(({ kind }) => kind === 'node');
  if (nodes.length < (target.role === 'other-node' ? 2 : 1)) {
    throw new SwarmError(
      'component_not_found',
      `${describeTarget(target)}: not found among ${components.map(({ name }) => name).join(', ') || 'no components'}`,
    );
  }
  return { components: nodes, unavailable: null };
};

/**
 * Names of components that do not run, without which the drill would not test the whole deployment.
 */
export const stoppedComponents = async (
  platform: Platform,
  components: readonly Component[],
): Promise<string[]> => {
  const pids = await Promise.all(components.map((component) => platform.pid(component)));
  return components.flatMap(({ name }, index) => (pids[index] === null ? [name] : []));
};
