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

export const FAULT_GROUPS = [...MEDIA_FAULTS, ...PROCESS_FAULTS];

/** Alerts that only promtool tests, with the reason. */
export const NOT_TESTED: Readonly<Record<string, string>> = {
  LiveKitMemoryHigh:
    'with full memory, the kernel kills processes on the host, including other tests',
  LiveKitCertificateExpires: 'needs blackbox_exporter, which the lab does not start',
  LiveKitUserQualityLow: 'needs ten browsers with the beacon',
  LiveKitApiErrors: 'no fault of the drill fails one of 20 requests for certain',
  LiveKitWebhooksFailing: 'no fault of the drill stops webhooks for certain',
  LiveKitEgressFailing: 'needs an egress service',
  LiveKitPathFailing: 'needs a TURN server: drills with chaos/turn-kill.yaml',
  Watchdog: 'fires always',
};
