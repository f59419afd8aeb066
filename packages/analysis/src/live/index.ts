export { LiveColumns } from './live-columns.ts';
export { LiveFold, type LiveGeneratorNow } from './live-fold.ts';
export type { LiveEvent, LiveMark } from './live-marks.ts';
export type { LiveAffected } from './live-participants.ts';
