import { type PlannedLoad, partsOf } from '@livekit-swarm/analysis/capacity';
import {
  expandPlan,
  type Plan,
  planLoad,
  type Scenario,
  type SizeUnit,
  withSize,
} from '@livekit-swarm/scenario';

/**
 * The scenario of one step: at its size, with windows in its steady state that are evaluated apart.
 * @throws SwarmError `usage` where it cannot be so large
 */
export const stepScenario = (scenario: Scenario, unit: SizeUnit, load: number): Scenario => {
  const sized = withSize(scenario, unit, load);
  const plan = expandPlan(sized, 'plan');
  return { ...sized, windows: [...sized.windows, ...partsOf(steadyOf(plan))] };
};

/** The load of a plan in its steady state. */
export const plannedLoad = (plan: Plan): PlannedLoad => {
  const { fromMs, toMs } = steadyOf(plan);
  const atOnce = plan.participants.filter(
    ({ joinAtMs, leaveAtMs }) => joinAtMs <= fromMs && leaveAtMs > fromMs,
  );
  return {
    ...planLoad(plan).most(fromMs, toMs),
    publishers: atOnce.filter(({ publish }) => publish.length > 0).length,
    subscribers: atOnce.filter(({ subscribe }) => subscribe).length,
  };
};

const steadyOf = ({ windows, endAtMs }: Plan): { fromMs: number; toMs: number } =>
  windows.find(({ name, source }) => name === 'steady' && source === 'builtin') ?? {
    fromMs: 0,
    toMs: endAtMs,
  };
