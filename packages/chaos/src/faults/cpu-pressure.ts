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

/** The kernel's own default: what is missing within it is waited for, µs. */
const PERIOD_US = 100_000;

/** A neighbour that takes the processor, or a container's limit that is too small. It is taken from this process alone: the crowd beside it keeps its own. */
export const cpuPressure: DescribedFault<CpuParams> = {
  name: 'cpu-pressure',
  description: 'it gets so much processor time and no more, as if neighbours took the rest',
  rollbackDescription: 'it is put back into its control group',
  requires: ['run'],
  targets: ['node', 'redis', 'load-balancer', 'turn'],
  params: strict({
    cores: positive(1_000)
      .refine((cores) => cores >= MIN_CPU, `must be at least ${MIN_CPU}`)
      .describe('What it may use. 0.5: half of one core.'),
  }),
  lasts: true,
  unavailable: (target, member, params) =>
    missingResourceLimitSupport(target, member, quota(params)),
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
