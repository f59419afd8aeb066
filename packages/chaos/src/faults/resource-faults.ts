import { MIN_CPU } from '@livekit-swarm/host';
import { positive, strict, whole } from '@livekit-swarm/settings';
import type { z } from 'zod';
import { COMPONENT_KINDS } from '../targets/platform.ts';
import { forAll, missingAny } from './effects/process-control.ts';
import { requestedPodFault } from './effects/requested-pod-fault.ts';
import {
  findLimit,
  limitResources,
  missingResourceLimitSupport,
  type ResourceLimits,
  releaseLimits,
  releaseStep,
} from './effects/resource-limits.ts';
import type { FaultContext } from './fault.ts';

/** Default period of the kernel, µs. */
const PERIOD_US = 100_000;

const cpuParams = strict({
  cores: positive(1_000)
    .refine((cores) => cores >= MIN_CPU, `must be at least ${MIN_CPU}`)
    .describe('CPU limit. 0.5: half of one core.'),
});

/** CPU limit, as by a noisy neighbour or a small limit of a container. The load keeps its CPU. */
export const cpuPressure = requestedPodFault<z.output<typeof cpuParams>>(
  {
    name: 'cpu-pressure',
    description: 'limits the CPU time of the process, and of those that it has started',
    rollbackDescription: 'restore the cgroup',
    requires: ['exec'],
    targets: COMPONENT_KINDS,
    params: cpuParams,
    example: { cores: 0.3 },
    lasts: true,
    takesCpu: true,
    unavailable: (platform, component, params) =>
      missingResourceLimitSupport(platform, component, quota(params)),
    inject: (context) => limitResources(context, quota(context.params)),
    missingEffect: (context, component) => findLimit(context, component, quota(context.params)),
    rollbackSteps: (context, component) => [releaseStep(context, component)],
    rollback: releaseLimits,
  },
  ({ cores }) => ({ type: 'cpu', cores }),
);

const quota = ({ cores }: z.output<typeof cpuParams>): ResourceLimits => {
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

const startAll = ({ platform, components }: FaultContext<unknown>): Promise<void> =>
  forAll(components, (component) => platform.start(component));

const memoryParams = strict({
  megabytes: whole(1, 1_000_000).describe('Memory in addition to that at the injection.'),
});

/**
 * Memory limit, as a small one of a container: the kernel reclaims memory, and finally kills the
 * process.
 */
export const memoryPressure = requestedPodFault<z.output<typeof memoryParams>>(
  {
    name: 'memory-pressure',
    description: 'limits additional memory; above the limit the kernel kills the process (OOM)',
    rollbackDescription: 'restore the cgroup, start the process if it was killed',
    requires: ['exec', 'start'],
    targets: COMPONENT_KINDS,
    params: memoryParams,
    example: { megabytes: 300 },
    lasts: true,
    unavailable: async (platform, component, params) =>
      (await missingAny(platform, component, ['start'])) ??
      missingResourceLimitSupport(platform, component, limit(params)),
    inject: (context) => limitResources(context, limit(context.params)),
    missingEffect: async (context, component) => {
      const found = await findLimit(context, component, limit(context.params));
      if (found !== 'process_left_cgroup' || component.instance === null) return found;
      // A kill by the kernel is an effect of the limit.
      const now = await context.platform.instance(component);
      return now === component.instance ? found : null;
    },
    rollbackSteps: (context, component) => [releaseStep(context, component), { step: 'start' }],
    rollback: async (context) => {
      await releaseLimits(context);
      await forAll(context.components, (component) => context.platform.start(component));
    },
  },
  ({ megabytes }) => ({ type: 'memory', megabytes }),
  startAll,
);

/** Limit of memory. Memory that was allocated before stays charged to the previous cgroup. */
const limit = ({ megabytes }: z.output<typeof memoryParams>): ResourceLimits => {
  const bytes = String(megabytes * 1_048_576);
  return {
    controller: 'memory',
    v2: [['memory.max', bytes]],
    v1: [['memory.limit_in_bytes', bytes]],
  };
};
