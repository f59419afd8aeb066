export { LiveColumns } from './live-columns.ts';
export type { LiveEvent, LiveMark } from './live-marks.ts';
export type { LiveAffected } from './live-participants.ts';
export { type LiveGeneratorNow, LiveRun } from './live-run.ts';
