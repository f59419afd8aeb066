import { setTimeout as sleep } from 'node:timers/promises';
import type { EffectFinding } from '@livekit-swarm/record';
import { SwarmError } from '@livekit-swarm/settings';
import {
  type Component,
  type NetworkFault,
  type NetworkFaultController,
  waitUntil,
} from '../platform.ts';
import { callCluster, type KubernetesClient, orNull, type Permission } from './client.ts';
import {
  GROUP,
  networkChaos,
  PLURAL,
  readState,
  VERSION,
  whyUnsupported,
} from './network-chaos.ts';
import type { Pod } from './pods.ts';
import type { ResolvedKubernetesSpec } from './spec.ts';

/** Time for Chaos Mesh to inject or roll back, ms. */
const EFFECT_WITHIN_MS = 30_000;
const POLL_MS = 250;

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
  const { namespace } = spec;
  const place = { group: GROUP, version: VERSION, namespace, plural: PLURAL };

  const missingCapability = async (
    component: Component,
    fault: NetworkFault,
  ): Promise<string | null> => {
    if (!(await isInstalled(client)))
      return 'Chaos Mesh is not installed in this cluster; packet faults need it';
    const pod = await podOf(component);
    if (pod === null) return `${component.name} does not run`;
    if (pod.hostNetwork)
      return `${component.name} uses the network of its host, where Chaos Mesh would affect every process`;
    const unsupported = whyUnsupported(fault, spec);
    if (unsupported !== null) return unsupported;
    for (const verb of ['create', 'get', 'delete']) {
      if (!(await may({ verb, group: GROUP, resource: PLURAL, namespace })))
        return `no permission to ${verb} NetworkChaos in ${namespace}`;
    }
    return null;
  };

  const read = (name: string) =>
    callCluster(
      'read the NetworkChaos',
      orNull(client.custom.getNamespacedCustomObject({ ...place, name })),
    );

  const request = async (
    component: Component,
    id: string,
    fault: NetworkFault,
    expiresAfterMs: number | null,
  ): Promise<void> => {
    const name = nameOf(component, id);
    const body = networkChaos(name, component, fault, expiresAfterMs, spec);
    await callCluster(
      'create a NetworkChaos',
      client.custom.createNamespacedCustomObject({ ...place, body }),
    );
    const deadline = performance.now() + EFFECT_WITHIN_MS;
    while (performance.now() < deadline) {
      const object = await read(name);
      const state = readState(object);
      if (state.injected) return;
      if (state.failure !== null)
        throw new SwarmError('fault_unavailable', `Chaos Mesh: ${state.failure}`);
      await sleep(POLL_MS);
    }
    throw new SwarmError(
      'fault_unavailable',
      `Chaos Mesh did not inject it within ${EFFECT_WITHIN_MS / 1_000} s`,
      `see "kubectl describe networkchaos ${name} -n ${namespace}"`,
    );
  };

  const withdraw = async (component: Component, id: string): Promise<void> => {
    const name = nameOf(component, id);
    // Without the resource definition, no object was created.
    if ((await read(name)) === null) return;
    await callCluster(
      'delete the NetworkChaos',
      orNull(client.custom.deleteNamespacedCustomObject({ ...place, name })),
    );
    // A finalizer keeps the object until the last pod is restored.
    const isGone = async (): Promise<boolean> => (await read(name)) === null;
    if (await waitUntil(isGone, { withinMs: EFFECT_WITHIN_MS, everyMs: POLL_MS })) return;
    throw new SwarmError(
      'rollback_failed',
      `Chaos Mesh has not rolled back ${name} within ${EFFECT_WITHIN_MS / 1_000} s`,
      `see "kubectl describe networkchaos ${name} -n ${namespace}"`,
    );
  };

  const missing = async (component: Component, id: string): Promise<EffectFinding | null> => {
    const object = await read(nameOf(component, id));
    if (object === null) return 'network_chaos_missing';
    return readState(object).injected ? null : 'network_chaos_not_injected';
  };

  return { missingCapability, request, missing, withdraw };
};

const isInstalled = async ({ custom }: KubernetesClient): Promise<boolean> =>
  (
    await callCluster(
      'list the kinds of Chaos Mesh',
      orNull(custom.getAPIResources({ group: GROUP, version: VERSION })),
    )
  )?.resources.some(({ name }) => name === PLURAL) ?? false;

const nameOf = ({ name }: Component, id: string): string => `swarm-${id}-${name}`;
