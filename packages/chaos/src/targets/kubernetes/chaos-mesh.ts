import { SwarmError } from '@livekit-swarm/settings';
import type {
  Component,
  NetworkFault,
  NetworkFaultController,
  PodFault,
  PodFaultController,
} from '../platform.ts';
import { type ChaosObjects, chaosObjectName, chaosObjects } from './chaos-object.ts';
import type { KubernetesClient, Permission } from './client.ts';
import { networkChaos, whyUnsupported } from './network-chaos.ts';
import { kindOf, type MeshPodFault, podFaultObject, whyUnsupportedByPod } from './pod-faults.ts';
import type { Pod } from './pods.ts';
import type { ResolvedKubernetesSpec } from './spec.ts';

export interface ChaosMeshOptions {
  client: KubernetesClient;
  spec: ResolvedKubernetesSpec;
  podOf(component: Component): Promise<Pod | null>;
  may(right: Permission): Promise<boolean>;
}

/** Impairs the network of pods with NetworkChaos objects of Chaos Mesh. */
export const chaosMesh = ({
  client,
  spec,
  podOf,
  may,
}: ChaosMeshOptions): NetworkFaultController => {
  const objects = chaosObjects(client, 'NetworkChaos', spec.namespace, may);
  return {
    missingCapability: async (component: Component, fault: NetworkFault) => {
      const why = await objects.missingCapability();
      if (why !== null) return why;
      const pod = await podOf(component);
      if (pod === null) return `${component.name} does not run`;
      if (pod.hostNetwork)
        return `${component.name} uses the network of its host, where Chaos Mesh would affect every process; a helper pod affects only that pod: --helper`;
      return whyUnsupported(fault, spec);
    },
    request: async (component, id, fault, expiresAfterMs) => {
      const name = chaosObjectName(component, id);
      await objects.create(name, networkChaos(name, component, fault, expiresAfterMs, spec));
    },
    missing: (component, id) => objects.missing(chaosObjectName(component, id)),
    withdraw: (component, id) => objects.remove(chaosObjectName(component, id)),
  };
};

/**
 * Affects the containers of pods with StressChaos and PodChaos objects of Chaos Mesh, also of pods
 * in the network of their host.
 */
export const chaosMeshOnPods = ({
  client,
  spec: { namespace },
  podOf,
  may,
}: ChaosMeshOptions): PodFaultController => {
  const objectsFor = (fault: MeshPodFault): ChaosObjects =>
    chaosObjects(client, kindOf(fault), namespace, may);
  return {
    missingCapability: async (component, fault) => {
      if (!isMeshPodFault(fault)) return WITHOUT_OBJECT[fault.type];
      const why = await objectsFor(fault).missingCapability();
      if (why !== null) return why;
      const pod = await podOf(component);
      return pod === null ? `${component.name} does not run` : whyUnsupportedByPod(fault, pod);
    },
    request: async (component, id, fault, expiresAfterMs) => {
      if (!isMeshPodFault(fault))
        throw new SwarmError('fault_unavailable', WITHOUT_OBJECT[fault.type]);
      const name = chaosObjectName(component, id);
      const pod = await podOf(component);
      const object = podFaultObject(
        { name, pod: component.name, namespace },
        fault,
        pod?.cpuLimit ?? null,
        expiresAfterMs,
      );
      await objectsFor(fault).create(name, object);
    },
    missing: async (component, id, fault) =>
      isMeshPodFault(fault)
        ? objectsFor(fault).missing(chaosObjectName(component, id))
        : 'chaos_object_missing',
    withdraw: async (component, id, fault) => {
      if (isMeshPodFault(fault)) await objectsFor(fault).remove(chaosObjectName(component, id));
    },
  };
};

const isMeshPodFault = (fault: PodFault): fault is MeshPodFault =>
  fault.type === 'cpu' || fault.type === 'down';

/** Reasons for which Chaos Mesh cannot cause the other faults. */
const WITHOUT_OBJECT = {
  hang: 'Kubernetes cannot pause pods, nor can Chaos Mesh; a helper pod can: --helper',
  memory: 'Chaos Mesh limits no memory that a process may allocate; a helper pod does: --helper',
} as const;
