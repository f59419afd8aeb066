import { setTimeout as sleep } from 'node:timers/promises';
import { SwarmError } from '@livekit-swarm/settings';
import type { Component, HostScheduler } from '../platform.ts';
import { ask, type KubernetesClient, orNull, type Permission, statusOf } from './client.ts';
import type { Pod } from './pods.ts';

/** Annotation of a drained host: only the drill that set it uncordons the host. */
const ANNOTATION = 'livekit-swarm/drained-by';

/** The disruption budget allows no further disruption (HTTP 429). */
const TOO_MANY_REQUESTS = 429;
const POLL_MS = 500;

export interface PodHostsOptions {
  client: KubernetesClient;
  namespace: string;
  podOf(component: Component): Promise<Pod | null>;
  may(right: Permission): Promise<boolean>;
  /** Called before a pod is evicted. */
  onEvict(pod: Pod): void;
  /** How long its disruption budget may delay the eviction, ms. */
  patienceMs: number;
}

/** Drains the hosts of pods. */
export const podHosts = ({
  client,
  namespace,
  podOf,
  may,
  onEvict,
  patienceMs,
}: PodHostsOptions): HostScheduler => ({
  missingCapability: async (component) => {
    const { name } = component;
    const pod = await podOf(component);
    if (pod === null || pod.host === null) return `${name} is not assigned to a host`;
    for (const verb of ['get', 'list', 'patch']) {
      if (!(await may({ verb, resource: 'nodes', namespace: null })))
        return `no permission to ${verb} nodes of this cluster`;
    }
    const evicting = await may({
      verb: 'create',
      resource: 'pods',
      subresource: 'eviction',
      namespace,
    });
    return evicting ? null : `no permission to evict pods in ${namespace}`;
  },
  drain: async (component, id) => {
    const pod = await podOf(component);
    if (pod === null || pod.host === null)
      throw new SwarmError('fault_unavailable', `${component.name} is not assigned to a host`);
    await cordon(client, pod.host, id);
    onEvict(pod);
    await evict(client, namespace, pod, patienceMs);
  },
  undrain: async (id) => {
    for (const host of await hostsCordonedBy(client, id)) await uncordon(client, host, id);
  },
});

/** Cordons and annotates a host. No effect if it is cordoned already. */
const cordon = async (client: KubernetesClient, host: string, id: string): Promise<void> => {
  const node = await ask(`read the node ${host}`, client.core.readNode({ name: host }));
  if (node.spec?.unschedulable === true) return;
  await patch(client, host, {
    metadata: { annotations: { [ANNOTATION]: id } },
    spec: { unschedulable: true },
  });
};

/** No effect on a host that another drill or an administrator has cordoned, or that is gone. */
const uncordon = async (client: KubernetesClient, host: string, id: string): Promise<void> => {
  const node = await ask(`read the node ${host}`, orNull(client.core.readNode({ name: host })));
  if (node?.metadata?.annotations?.[ANNOTATION] !== id) return;
  await patch(client, host, {
    metadata: { annotations: { [ANNOTATION]: null } },
    spec: { unschedulable: null },
  });
};

const hostsCordonedBy = async (client: KubernetesClient, id: string): Promise<string[]> => {
  const { items } = await ask('list the nodes', client.core.listNode());
  return items.flatMap(({ metadata }) =>
    metadata?.annotations?.[ANNOTATION] === id ? [metadata.name ?? ''] : [],
  );
};

/**
 * Evicts a pod as draining does: it keeps its grace period and its disruption budget.
 * @throws SwarmError `fault_unavailable` when the budget allows no eviction within `patienceMs`
 */
const evict = async (
  { core }: KubernetesClient,
  namespace: string,
  pod: Pod,
  patienceMs: number,
): Promise<void> => {
  const { name, uid } = pod;
  const body = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name, namespace },
    deleteOptions: { preconditions: { uid } },
  };
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      await orNull(core.createNamespacedPodEviction({ name, namespace, body }));
      return;
    } catch (error) {
      if (statusOf(error) !== TOO_MANY_REQUESTS) {
        await ask(`evict ${name}`, Promise.reject(error));
        return;
      }
      if (performance.now() > deadline)
        throw new SwarmError(
          'fault_unavailable',
          `${name} cannot be evicted: its disruption budget allows no disruption now`,
          'check that all of its replicas are ready',
        );
      await sleep(POLL_MS);
    }
  }
};

const patch = async (
  { core, merging }: KubernetesClient,
  name: string,
  body: object,
): Promise<void> =>
  void (await ask(`update the node ${name}`, core.patchNode({ name, body }, merging)));
