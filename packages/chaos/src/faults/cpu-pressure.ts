import { MIN_CPU } from '@livekit-swarm/host';
import { positive, strict } from '@livekit-swarm/settings';
import {
  limitResources,
  missingResourceLimitSupport,
  type ResourceLimits,
  releaseLimits,
} from './effects/resource-limits.ts';
import type { DescribedFault } from './fault.ts';

export interface CpuParams {
  /** 0.5: half of one. */
  cores: number;
}

/** The kernel's default period, µs. */
const PERIOD_US = 100_000;

/** A noisy neighbour, or a container's CPU limit that is too small. Only this process is limited: the load next to it keeps its CPU. */
export const cpuPressure: DescribedFault<CpuParams> = {
  name: 'cpu-pressure',
  description: 'limits the CPU time of the process',
  rollbackDescription: 'restore the cgroup',
  requires: ['exec'],
  targets: ['node', 'redis', 'load-balancer', 'turn'],
  params: strict({
    cores: positive(1_000)
      .refine((cores) => cores >= MIN_CPU, `must be at least ${MIN_CPU}`)
      .describe('CPU limit. 0.5: half of one core.'),
  }),
  lasts: true,
  unavailable: (platform, component, params) =>
    missingResourceLimitSupport(platform, component, quota(params)),
  inject: (context) => limitResources(context, quota(context.params)),
  rollback: releaseLimits,
};

const quota = ({ cores }: CpuParams): ResourceLimits => {
  const us = String(Math.round(cores * PERIOD_US));
  return {
    controller: 'cpu',
    v2: [['cpu.max', `${us} ${PERIOD_US}`]],
    v1: [
      ['cpu.cfs_period_us', String(PERIOD_US)],
      ['cpu.cfs_quota_us', us],
    ],
  };
};
