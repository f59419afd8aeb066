import { strict, whole } from '@livekit-swarm/settings';
import { forAll, lacksAny } from './effects/process-control.ts';
import { lacksSqueeze, release, type Squeeze, squeeze } from './effects/resource-limits.ts';
import type { DescribedFault } from './fault.ts';

export interface MemoryParams {
  megabytes: number;
}

/** A container's memory limit that is too small for what people do: the kernel reclaims what it can, and kills when that is not enough. */
export const memoryPressure: DescribedFault<MemoryParams> = {
  name: 'memory-pressure',
  description: 'it may take so much more memory than it has; beyond that the kernel kills it (OOM)',
  healing: 'it is put back into its control group, and started again if it was killed',
  needs: ['run', 'start'],
  on: ['node', 'redis', 'balancer', 'turn'],
  params: strict({
    megabytes: whole(1, 1_000_000).describe('More than what it has when the fault begins.'),
  }),
  lasts: true,
  available: async (target, member, params) =>
    (await lacksAny(target, member, ['start'])) ?? lacksSqueeze(target, member, limit(params)),
  inject: (context) => squeeze(context, limit(context.params)),
  heal: async (context) => {
    await release(context);
    await forAll(context.members, (member) => context.target.start(member));
  },
};

/** What was taken before stays with the group it was taken in. */
const limit = ({ megabytes }: MemoryParams): Squeeze => {
  const bytes = String(megabytes * 1_048_576);
  return {
    controller: 'memory',
    v2: [['memory.max', bytes]],
    v1: [['memory.limit_in_bytes', bytes]],
  };
};
