export { asMetric } from './quantiles.ts';
export { type Handles, registerFamily } from './register-family.ts';
export { collect, countSeries, formatFor, render } from './render.ts';
export { mergeSnapshots, type Snapshot, type SnapshotValue } from './snapshot.ts';
