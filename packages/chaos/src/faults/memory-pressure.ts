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

/** A container's memory limit that is too small for what people do: the kernel reclaims what it can, and kills when that is not enough. */
export const memoryPressure: DescribedFault<MemoryParams> = {
  name: 'memory-pressure',
  description: 'it may take so much more memory than it has; beyond that the kernel kills it (OOM)',
  rollbackDescription: 'it is put back into its control group, and started again if it was killed',
  requires: ['run', 'start'],
  targets: ['node', 'redis', 'load-balancer', 'turn'],
  params: strict({
    megabytes: whole(1, 1_000_000).describe('More than what it has when the fault begins.'),
  }),
  lasts: true,
  unavailable: async (target, member, params) =>
    (await missingAny(target, member, ['start'])) ??
    missingResourceLimitSupport(target, member, limit(params)),
  inject: (context) => limitResources(context, limit(context.params)),
  rollback: async (context) => {
    await releaseLimits(context);
    await forAll(context.components, (member) => context.platform.start(member));
  },
};

/** What was taken before stays with the group it was taken in. */
const limit = ({ megabytes }: MemoryParams): ResourceLimits => {
  const bytes = String(megabytes * 1_048_576);
  return {
    controller: 'memory',
    v2: [['memory.max', bytes]],
    v1: [['memory.limit_in_bytes', bytes]],
  };
};
