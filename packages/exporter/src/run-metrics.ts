/** The metrics of a run without a server, for what pushes them. */
export { PUSH_LABEL } from './catalogue/index.ts';
export type { Snapshot, SnapshotValue } from './metrics/snapshot.ts';
export { createRunMetrics, type RunFigures, type RunMetrics } from './sources/runs/run-metrics.ts';
export { bucketsOf, type TrendSeries } from './sources/runs/trend-series.ts';
