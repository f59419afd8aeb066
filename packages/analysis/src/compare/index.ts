export type { RecordedRun, Side } from './comparability.ts';
export { type FirstSide, incomparableReason, isComparable, roundOrder } from './comparability.ts';
export { compareRuns } from './compare-runs.ts';
export type {
  Comparison,
  ComparisonVerdict,
  FigureComparison,
} from './comparison.ts';
export {
  type ComparisonNote,
  type ComparisonReason,
  comparisonNotes,
  comparisonReasons,
  type Exclusion,
  exclusions,
  type Failure,
  type NotComparable,
  notComparable,
  runFailures,
} from './comparison-facts.ts';
export {
  assessDetection,
  type Detection,
  FEWEST_ROUNDS,
  MOST_ROUNDS,
  toleranceToDetect,
  variationsFound,
  type WantedChange,
} from './detection.ts';
export { chanceOfExcess, chanceOfExcessInPairs, type Sides } from './exceedance.ts';
export { DEFAULT_TOLERANCE, type Tolerance } from './margin.ts';
export { scenarioDifferences, scenarioMismatch } from './scenario-difference.ts';
