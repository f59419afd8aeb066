import { strict, whole } from '@livekit-swarm/settings';
import { forAll, missingAny } from './effects/process-control.ts';
import {
  limitResources,
  missingResourceLimitSupport,
  type ResourceLimits,
  releaseLimits,
} from './effects/resource-limits.ts';
import type { DescribedFault } from './fault.ts';

export interface MemoryParams {
  megabytes: number;
}

/** A container's memory limit that is too small: the kernel reclaims what it can, and kills the process when that is not enough. */
export const memoryPressure: DescribedFault<MemoryParams> = {
  name: 'memory-pressure',
  description: 'limits additional memory; above the limit the kernel kills the process (OOM)',
  rollbackDescription: 'restore the cgroup, start the process if it was killed',
  requires: ['exec', 'start'],
  targets: ['node', 'redis', 'load-balancer', 'turn'],
  params: strict({
    megabytes: whole(1, 1_000_000).describe('In addition to its memory at the injection.'),
  }),
  lasts: true,
  unavailable: async (platform, component, params) =>
    (await missingAny(platform, component, ['start'])) ??
    missingResourceLimitSupport(platform, component, limit(params)),
  inject: (context) => limitResources(context, limit(context.params)),
  rollback: async (context) => {
    await releaseLimits(context);
    await forAll(context.components, (component) => context.platform.start(component));
  },
};

/** Memory that was allocated before stays charged to the previous cgroup. */
const limit = ({ megabytes }: MemoryParams): ResourceLimits => {
  const bytes = String(megabytes * 1_048_576);
  return {
    controller: 'memory',
    v2: [['memory.max', bytes]],
    v1: [['memory.limit_in_bytes', bytes]],
  };
};
