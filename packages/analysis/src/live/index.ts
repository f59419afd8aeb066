export { LiveFold } from './live-fold.ts';
export type { LiveEvent, LiveMark } from './live-marks.ts';
export type { LiveAffected } from './live-participants.ts';
