export { evaluateSoak, isDecided, type SoakOptions, slopeAfterAll } from './evaluate-soak.ts';
export { LEAST_INCREMENTS, type Slope } from './slope.ts';
export {
  type CycleDeparture,
  DEFAULT_TOLERANCES,
  departureOfCycle,
  type IdleNode,
  type IdleReading,
  type ResourceFinding,
  type ServerSoakResult,
  SOAK_RESOURCES,
  type SoakCycle,
  type SoakFinding,
  type SoakReason,
  type SoakResource,
  type SoakResult,
  type Tolerances,
} from './soak.ts';
