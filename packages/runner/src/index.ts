export type { Deployment } from './deployment.ts';
export { readSystemLimits, socketNeed } from './descriptors.ts';
export type { LiveRun } from './live-run.ts';
export { type Assessment, assessMachine, type Machine } from './machine.ts';
export { checkAddress } from './preflight.ts';
export type { Progress } from './progress.ts';
export { type RunOptions, type RunResult, run } from './run.ts';
export { chooseStaffing, type Staffing } from './staffing.ts';
