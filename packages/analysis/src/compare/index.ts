export type { Exclusion, Failure, RecordedRun, Side } from './comparability.ts';
export { type FirstSide, incomparableReason, isComparable, roundOrder } from './comparability.ts';
export { compareRuns } from './compare-runs.ts';
export type {
  Comparison,
  ComparisonVerdict,
  FigureComparison,
  NotComparable,
} from './comparison.ts';
export { chanceOfExcess, chanceOfExcessInPairs, type Sides } from './exceedance.ts';
export { DEFAULT_TOLERANCE, type Tolerance } from './margin.ts';
export type { ComparisonNote, ComparisonReason } from './reasons.ts';
export { scenarioDifferences, scenarioMismatch } from './scenario-difference.ts';
