export type { Deployment } from './deployment.ts';
export { readSystemLimits, socketNeed } from './descriptors.ts';
export { assessHost, type HostAssessment, type HostCapacity } from './host-capacity.ts';
export { checkAddress } from './preflight.ts';
export type { Progress } from './progress.ts';
export { type RunOptions, type RunResult, run } from './run.ts';
export type { LiveRun } from './supervise-run.ts';
export { allocateWorkers, type WorkerAllocation } from './worker-allocation.ts';
