export { evaluateSoak, isDecided, type SoakOptions } from './evaluate-soak.ts';
export { LEAST_INCREMENTS, type Slope } from './slope.ts';
export {
  type CycleDeparture,
  DEFAULT_TOLERANCES,
  type NodeAtRest,
  type ResourceFinding,
  type RestReading,
  SOAK_RESOURCES,
  type SoakCycle,
  type SoakFinding,
  type SoakReason,
  type SoakResource,
  type SoakResult,
  type Tolerances,
} from './soak.ts';
