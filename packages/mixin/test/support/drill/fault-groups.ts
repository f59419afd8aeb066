import type { FaultCase } from './fault-case.ts';
import { busy, closed, lossy, memoryFull, stalled } from './media-faults.ts';
import {
  alertmanagerKilled,
  dependencyExportersKilled,
  exporterKilled,
  exporterLooping,
  exporterMisconfigured,
  jobEmptied,
} from './monitoring-faults.ts';
import {
  draining,
  full,
  killed,
  loadBalancerKilled,
  looping,
  redisGone,
  split,
} from './node-faults.ts';
import {
  certificateOld,
  egressFailed,
  recordingsUnserved,
  turnKilled,
  usersUnhappy,
  webhooksRefused,
} from './service-faults.ts';

/** Faults of media, CPU and memory, in order; the faults of a group do not affect each other. */
export const MEDIA_FAULTS: readonly (readonly FaultCase[])[] = [
  [lossy],
  [stalled],
  [closed, busy, memoryFull],
];

/** Faults of processes, in order; the largest load comes first. */
export const PROCESS_FAULTS: readonly (readonly FaultCase[])[] = [
  [full, exporterKilled],
  [draining],
  [killed],
  [looping, exporterMisconfigured],
  [exporterLooping],
  [redisGone],
  [loadBalancerKilled, dependencyExportersKilled],
  [split],
  [jobEmptied],
  [alertmanagerKilled],
];

/** Faults of services around the nodes. */
export const SERVICE_FAULTS: readonly (readonly FaultCase[])[] = [
  [recordingsUnserved, webhooksRefused, egressFailed, turnKilled, certificateOld, usersUnhappy],
];

export const FAULT_GROUPS = [...MEDIA_FAULTS, ...PROCESS_FAULTS, ...SERVICE_FAULTS];
