import { setTimeout as sleep } from 'node:timers/promises';
import { SwarmError } from '@livekit-swarm/settings';
import type { Component, HostScheduler } from '../target.ts';
import { ask, type KubernetesClient, orNull, statusOf } from './client.ts';
import type { Permission } from './permissions.ts';
import type { Pod } from './pods.ts';

/** Whose mark is on a machine: nobody takes back what another has done. */
const MARK = 'livekit-swarm/drained-by';

/** Too many requests: the disruption budget has nothing left. */
const NOT_NOW = 429;
const POLL_MS = 500;

export interface PodHostsOptions {
  client: KubernetesClient;
  namespace: string;
  podOf(member: Component): Promise<Pod | null>;
  may(right: Permission): Promise<boolean>;
  /** Told before a pod is asked to leave. */
  onEvict(pod: Pod): void;
  /** How long its disruption budget may keep it, ms. */
  patienceMs: number;
}

/** Machines of pods, which a cluster can be asked to empty. */
export const podHosts = ({
  client,
  namespace,
  podOf,
  may,
  onEvict,
  patienceMs,
}: PodHostsOptions): HostScheduler => ({
  missingCapability: async (member) => {
    const { name } = member;
    const pod = await podOf(member);
    if (pod === null || pod.machine === null) return `${name} is on no machine`;
    for (const verb of ['get', 'list', 'patch']) {
      if (!(await may({ verb, resource: 'nodes', namespace: null })))
        return `we may not ${verb} the machines of this cluster`;
    }
    const evicting = await may({
      verb: 'create',
      resource: 'pods',
      subresource: 'eviction',
      namespace,
    });
    return evicting ? null : `we may not evict pods in ${namespace}`;
  },
  drain: async (member, id) => {
    const pod = await podOf(member);
    if (pod === null || pod.machine === null)
      throw new SwarmError('fault_unavailable', `${member.name} is on no machine`);
    await cordon(client, pod.machine, id);
    onEvict(pod);
    await evict(client, namespace, pod, patienceMs);
  },
  undrain: async (id) => {
    for (const machine of await cordonedBy(client, id)) await uncordon(client, machine, id);
  },
});

/** Marks a machine as not to be used, with our name. Does nothing where somebody else has marked it. */
const cordon = async (client: KubernetesClient, machine: string, id: string): Promise<void> => {
  const node = await ask(`look at the machine ${machine}`, client.core.readNode({ name: machine }));
  if (node.spec?.unschedulable === true) return;
  await patch(client, machine, {
    metadata: { annotations: { [MARK]: id } },
    spec: { unschedulable: true },
  });
};

/** Takes our mark away, and only ours. Does nothing where there is none, or no such machine any more. */
const uncordon = async (client: KubernetesClient, machine: string, id: string): Promise<void> => {
  const node = await ask(
    `look at the machine ${machine}`,
    orNull(client.core.readNode({ name: machine })),
  );
  if (node?.metadata?.annotations?.[MARK] !== id) return;
  await patch(client, machine, {
    metadata: { annotations: { [MARK]: null } },
    spec: { unschedulable: null },
  });
};

/** Machines that bear our mark. */
const cordonedBy = async (client: KubernetesClient, id: string): Promise<string[]> => {
  const { items } = await ask('list the machines', client.core.listNode());
  return items.flatMap(({ metadata }) =>
    metadata?.annotations?.[MARK] === id ? [metadata.name ?? ''] : [],
  );
};

/**
 * Asks a pod to go, as draining does: it has its own time to do so, and a disruption budget is kept.
 * @throws SwarmError `fault_unavailable` when the budget lets nobody go within `patienceMs`
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
      if (statusOf(error) !== NOT_NOW) {
        await ask(`evict ${name}`, Promise.reject(error));
        return;
      }
      if (performance.now() > deadline)
        throw new SwarmError(
          'fault_unavailable',
          `${name} cannot be evicted: its disruption budget allows no disruption now`,
          'are all its servers ready?',
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
  void (await ask(`mark the machine ${name}`, core.patchNode({ name, body }, merging)));
