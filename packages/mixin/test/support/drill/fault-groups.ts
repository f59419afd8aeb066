import type { FaultCase } from './fault-case.ts';
import { busy, closed, lossy, stalled } from './media-faults.ts';
import { dependencyExportersKilled, exporterKilled, jobEmptied } from './monitoring-faults.ts';
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

/** Faults of media and CPU, in order; the faults of a group do not affect each other. */
export const MEDIA_FAULTS: readonly (readonly FaultCase[])[] = [[lossy], [stalled], [closed, busy]];

/** Faults of processes. The largest load comes first. */
export const PROCESS_FAULTS: readonly (readonly FaultCase[])[] = [
  [full, exporterKilled],
  [draining],
  [killed],
  [looping],
  [redisGone],
  [loadBalancerKilled, dependencyExportersKilled],
  [split],
  [jobEmptied],
];

/** Faults of what is around the nodes. */
export const SERVICE_FAULTS: readonly (readonly FaultCase[])[] = [
  [recordingsUnserved, webhooksRefused, egressFailed, turnKilled, certificateOld, usersUnhappy],
];

export const FAULT_GROUPS = [...MEDIA_FAULTS, ...PROCESS_FAULTS, ...SERVICE_FAULTS];

/** Alerts that only promtool tests, with the reason. */
export const NOT_TESTED: Readonly<Record<string, string>> = {
  LiveKitMemoryHigh:
    'with full memory, the kernel kills processes on the host, including other tests',
  Watchdog: 'fires always',
};
