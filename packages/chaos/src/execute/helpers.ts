import type { Drill } from '../drill/drill.ts';
import { drillTimes } from '../drill/schedule.ts';
import type { Faults } from '../drill/schema/fault.ts';
import { type Fault, findFault } from '../faults/fault.ts';
import type { Capability, Component, Platform } from '../targets/platform.ts';

/** Capabilities that a helper has, where a platform needs helpers. */
const OF_HELPERS: readonly Capability[] = ['packet_filter', 'exec', 'pause'];

/** Lifetime of a helper after the end of its drill, ms: for rollbacks that are delayed. */
const MARGIN_MS = 5 * 60_000;

/** Helpers that a drill needs; components: empty if it needs none. */
export interface NeededHelpers {
  components: Component[];
  lifetimeMs: number;
}

/** Components that faults of the drill may affect by a helper on their hosts. */
export const neededHelpers = (
  drill: Drill,
  faults: Faults,
  components: readonly Component[],
): NeededHelpers => {
  const scheduled = drill.faults.map(({ fault, target }) => ({
    fault: findFault(faults, fault),
    target,
  }));
  const isMeant = (component: Component): boolean =>
    scheduled.some(
      ({ fault, target }) =>
        usesHelper(fault) &&
        fault.targets.includes(component.kind) &&
        (target.role !== 'component' || target.name === component.name),
    );
  return {
    components: components.filter(isMeant),
    lifetimeMs: drillTimes(drill).endMs + MARGIN_MS,
  };
};

const usesHelper = ({ requires = [] }: Fault): boolean =>
  requires.some((capability) => OF_HELPERS.includes(capability));

/**
 * Starts the helpers of a drill; disposal ends them. Undefined: the platform has none, or the drill
 * needs none.
 * @throws SwarmError `fault_unavailable`
 */
export const startHelpers = async (
  platform: Platform,
  drill: Drill,
  faults: Faults,
): Promise<AsyncDisposable | undefined> => {
  if (platform.helpers === undefined) return undefined;
  const { components, lifetimeMs } = neededHelpers(drill, faults, await platform.components());
  return components.length === 0 ? undefined : platform.helpers.start(components, lifetimeMs);
};
