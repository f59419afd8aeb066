export type { Exclusion, Failure } from './comparability.ts';
export { incomparableReason, isComparable } from './comparability.ts';
export { compareRuns } from './compare-runs.ts';
export type {
  Comparison,
  ComparisonVerdict,
  FigureComparison,
  NotComparable,
} from './comparison.ts';
export { chanceOfExcess, chanceOfExcessInPairs, type Sides } from './exceedance.ts';
export type { ComparisonNote, ComparisonReason } from './reasons.ts';
export { type FirstSide, roundOrder } from './round-order.ts';
export { scenarioMismatch } from './same-scenario.ts';
export { scenarioDifferences } from './scenario-difference.ts';
export type { RecordedRun, Side } from './side.ts';
export { DEFAULT_TOLERANCE, type Tolerance } from './tolerance.ts';
