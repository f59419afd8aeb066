import type { Faults } from '../drill/schema/fault.ts';
import { exampleParams } from '../faults/fault.ts';
import type { Component, Platform } from '../targets/platform.ts';

/** Components into which a fault can be injected, and reasons for the others. */
export interface FaultAvailability {
  fault: string;
  /** Names of components into which it can be injected. */
  available: string[];
  /** Other components of its kinds, each with the reason. */
  unavailable: { component: string; why: string }[];
}

/** Asks every fault about every component of its kinds; changes nothing. */
export const availableFaults = async (
  platform: Platform,
  components: readonly Component[],
  faults: Faults,
): Promise<FaultAvailability[]> => {
  const found: FaultAvailability[] = [];
  for (const fault of faults.values()) {
    const params = exampleParams(fault);
    const result: FaultAvailability = { fault: fault.name, available: [], unavailable: [] };
    for (const component of components.filter(({ kind }) => fault.targets.includes(kind))) {
      const why = await fault.unavailable(platform, component, params);
      if (why === null) result.available.push(component.name);
      else result.unavailable.push({ component: component.name, why });
    }
    found.push(result);
  }
  return found;
};
