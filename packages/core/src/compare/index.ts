export { ALPHA } from './compare-figures.ts';
export * from './compare-runs.ts';
export type * from './comparison.ts';
export type { MeasuredRun } from './figures.ts';
export type { Margin } from './margin.ts';
export { ScenarioMismatch } from './same-scenario.ts';
export * from './scenario-difference.ts';
export type * from './side.ts';
export { DEFAULT_TOLERANCE, parseTolerance, type Tolerance } from './tolerance.ts';
