import { SwarmError } from '@livekit-swarm/settings';
import type { PodFault } from '../platform.ts';
import { type ChaosKind, chaosObject } from './chaos-object.ts';
import type { Pod } from './pods.ts';

/** Fault of a pod that Chaos Mesh causes. */
export type MeshPodFault = Extract<PodFault, { type: 'cpu' | 'down' }>;

/** Kind of the object of Chaos Mesh that causes a fault of a pod. */
export const kindOf = ({ type }: MeshPodFault): ChaosKind =>
  type === 'cpu' ? 'StressChaos' : 'PodChaos';

/** Reason for which Chaos Mesh cannot cause this fault in a pod; null: it can. */
export const whyUnsupportedByPod = (
  fault: MeshPodFault,
  { name, cpuLimit }: Pick<Pod, 'name' | 'cpuLimit'>,
): string | null => {
  if (fault.type === 'down') return null;
  if (cpuLimit === null)
    return `${name} has no CPU limit: stressors would take the CPU of its host, which other pods use`;
  return fault.cores < cpuLimit
    ? null
    : `${name} has a CPU limit of ${cpuLimit} cores: cores must be less`;
};

/**
 * Makes the object of a fault. CPU is taken by stressors in the container, within its limit: they
 * use what the process is not to have.
 * @param cpuLimit CPU limit of the pod, cores; null: none
 * @throws SwarmError `fault_unavailable` when the pod has no CPU limit for stressors
 */
export const podFaultObject = (
  place: { name: string; pod: string; namespace: string },
  fault: MeshPodFault,
  cpuLimit: number | null,
  expiresAfterMs: number | null,
): object => {
  if (fault.type === 'down')
    return chaosObject('PodChaos', place, expiresAfterMs, { action: 'pod-failure' });
  const taken = (cpuLimit ?? 0) - fault.cores;
  if (taken <= 0)
    throw new SwarmError(
      'fault_unavailable',
      `${place.pod} has no CPU limit above ${fault.cores} cores`,
      'give its container a CPU limit (resources.limits.cpu)',
    );
  const workers = Math.ceil(taken);
  const load = Math.max(1, Math.round((taken / workers) * 100));
  return chaosObject('StressChaos', place, expiresAfterMs, {
    stressors: { cpu: { workers, load } },
  });
};
