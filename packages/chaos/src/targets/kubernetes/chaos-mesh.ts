import { setTimeout as sleep } from 'node:timers/promises';
import { SwarmError } from '@livekit-swarm/settings';
import type { Component, NetworkFault, NetworkFaultController } from '../target.ts';
import { ask, type KubernetesClient, orNull } from './client.ts';
import { GROUP, missingKind, networkChaos, PLURAL, readState, VERSION } from './network-chaos.ts';
import type { Permission } from './permissions.ts';
import type { Pod } from './pods.ts';
import type { ResolvedKubernetesSpec } from './spec.ts';

/** How long Chaos Mesh is given to do what it is asked, ms. */
const OBEYS_WITHIN_MS = 30_000;
const POLL_MS = 250;

export interface ChaosMeshOptions {
  client: KubernetesClient;
  order: ResolvedKubernetesSpec;
  podOf(member: Component): Promise<Pod | null>;
  may(right: Permission): Promise<boolean>;
}

/** Asks Chaos Mesh for trouble in the network of a pod, by objects of its kind NetworkChaos. */
export const chaosMesh = ({
  client,
  order,
  podOf,
  may,
}: ChaosMeshOptions): NetworkFaultController => {
  const { namespace } = order;
  const place = { group: GROUP, version: VERSION, namespace, plural: PLURAL };

  const missingCapability = async (
    member: Component,
    trouble: NetworkFault,
  ): Promise<string | null> => {
    if (!(await isInstalled(client)))
      return 'Chaos Mesh is not installed in this cluster; packet faults need it';
    const pod = await podOf(member);
    if (pod === null) return `${member.name} does not run`;
    if (pod.hostNetwork)
      return `${member.name} is on its machine's own network: Chaos Mesh would hit everything on that machine, and refuses to`;
    const cannot = missingKind(trouble, order);
    if (cannot !== null) return cannot;
    for (const verb of ['create', 'get', 'delete']) {
      if (!(await may({ verb, group: GROUP, resource: PLURAL, namespace })))
        return `we may not ${verb} NetworkChaos in ${namespace}`;
    }
    return null;
  };

  const request = async (
    member: Component,
    id: string,
    trouble: NetworkFault,
    durationMs: number | null,
  ): Promise<void> => {
    const name = nameOf(member, id);
    const body = networkChaos(name, member, trouble, durationMs, order);
    await ask(
      'make a NetworkChaos',
      client.custom.createNamespacedCustomObject({ ...place, body }),
    );
    const deadline = performance.now() + OBEYS_WITHIN_MS;
    while (performance.now() < deadline) {
      const object = await ask(
        'see the NetworkChaos',
        orNull(client.custom.getNamespacedCustomObject({ ...place, name })),
      );
      const state = readState(object);
      if (state.injected) return;
      if (state.failure !== null)
        throw new SwarmError('fault_unavailable', `Chaos Mesh: ${state.failure}`);
      await sleep(POLL_MS);
    }
    throw new SwarmError(
      'fault_unavailable',
      `Chaos Mesh did not do it within ${OBEYS_WITHIN_MS / 1_000} s`,
      `see "kubectl describe networkchaos ${name} -n ${namespace}"`,
    );
  };

  const withdraw = async (member: Component, id: string): Promise<void> => {
    const name = nameOf(member, id);
    const see = () =>
      ask(
        'see the NetworkChaos',
        orNull(client.custom.getNamespacedCustomObject({ ...place, name })),
      );
    // Where there is no such kind, none was made.
    if ((await see()) === null) return;
    await ask(
      'remove the NetworkChaos',
      orNull(client.custom.deleteNamespacedCustomObject({ ...place, name })),
    );
    const deadline = performance.now() + OBEYS_WITHIN_MS;
    // It holds the object until the last pod is as it was.
    while ((await see()) !== null) {
      if (performance.now() > deadline)
        throw new SwarmError(
          'rollback_failed',
          `Chaos Mesh has not rolled back ${name} within ${OBEYS_WITHIN_MS / 1_000} s`,
          `see "kubectl describe networkchaos ${name} -n ${namespace}"`,
        );
      await sleep(POLL_MS);
    }
  };

  return { missingCapability, request, withdraw };
};

const isInstalled = async ({ custom }: KubernetesClient): Promise<boolean> =>
  (
    await ask(
      'see which kinds of Chaos Mesh there are',
      orNull(custom.getAPIResources({ group: GROUP, version: VERSION })),
    )
  )?.resources.some(({ name }) => name === PLURAL) ?? false;

const nameOf = ({ name }: Component, id: string): string => `swarm-${id}-${name}`;
