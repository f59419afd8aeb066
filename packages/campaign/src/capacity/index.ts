export { runCapacitySession } from './session.ts';
export { plannedLoad } from './step-scenario.ts';
