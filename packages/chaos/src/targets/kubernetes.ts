import { setTimeout as sleep } from 'node:timers/promises';
import { SwarmError } from '@livekit-swarm/settings';
import { chaosMesh } from './kubernetes/chaos-mesh.ts';
import { ask, connectKubernetes, type KubernetesClient, orNull } from './kubernetes/client.ts';
import { podHosts } from './kubernetes/host-scheduler.ts';
import { createNodeIds } from './kubernetes/node-ids.ts';
import { createPermissionChecks } from './kubernetes/permissions.ts';
import { countPods, listPods, type Pod, stateOf } from './kubernetes/pods.ts';
import { createReplacementTracker } from './kubernetes/replacements.ts';
import {
  DEFAULT_SELECTORS,
  type KubernetesSpec,
  type ResolvedKubernetesSpec,
  readReference,
  writeReference,
} from './kubernetes/spec.ts';
import type { Capability, Component, Platform, PlatformReference } from './target.ts';

export type { KubernetesSpec } from './kubernetes/spec.ts';

/**
 * The shortest that a kubelet keeps to, s: SIGTERM, and SIGKILL that much later. With 0 the cluster forgets the pod at once, but the machine goes on with it for
 * two more seconds, beside its successor, whose ports it still holds.
 */
const KILL_GRACE_SECONDS = 1;
const ENDS_WITHIN_MS = 30_000;
/** Images are pulled, machines are found. */
const SERVES_WITHIN_MS = 180_000;
const POLL_MS = 200;
/** For an eviction to be allowed by the disruption budget. */
const EVICTED_WITHIN_MS = 30_000;

/** Pods of a namespace. @throws SwarmError `cluster_unreachable`, `refused`; `component_not_found` where there is no node among them */
export const openKubernetesPlatform = async (order: KubernetesSpec): Promise<Platform> => {
  const client = await connectKubernetes(order);
  const { kubeconfig, context } = client;
  const selectors = { ...DEFAULT_SELECTORS, ...order.selectors };
  const pods = await listPods(client, { namespace: order.namespace, selectors });
  const counts = countPods(pods);
  if (counts.node > 0)
    return kubernetesPlatform(client, {
      kubeconfig,
      context,
      namespace: order.namespace,
      selectors,
      counts,
    });
  throw new SwarmError(
    'component_not_found',
    `there are no pods with ${selectors.node} in the namespace ${order.namespace} of ${context}`,
    'give your LiveKit pods the label swarm.component=node',
  );
};

/** @throws SwarmError `invalid_reference`, `cluster_unreachable` */
export const reopenKubernetesPlatform = async (reference: PlatformReference): Promise<Platform> => {
  const order = readReference(reference);
  const { kubeconfig, context } = order;
  return kubernetesPlatform(
    await connectKubernetes(kubeconfig === null ? {} : { kubeconfig, context }),
    order,
  );
};

const kubernetesPlatform = (client: KubernetesClient, order: ResolvedKubernetesSpec): Platform => {
  const { namespace } = order;
  const { core } = client;
  const nodeIdOf = createNodeIds(client, namespace);
  const may = createPermissionChecks(client);
  const look = (): Promise<Pod[]> => listPods(client, order);
  const comebacks = createReplacementTracker(look);
  const podOf = async ({ name }: Pick<Component, 'name'>): Promise<Pod | null> =>
    (await look()).find((pod) => pod.name === name) ?? null;

  const missingCapability = async (
    ability: Capability,
    member: Component,
  ): Promise<string | null> => {
    const { name } = member;
    switch (ability) {
      case 'signal':
        return (await may({ verb: 'delete', resource: 'pods', namespace }))
          ? null
          : `we may not delete pods in ${namespace}`;
      case 'start': {
        const pod = await podOf(member);
        return pod !== null && pod.owner === null
          ? `nothing would start ${name} again: it belongs to no StatefulSet or the like`
          : null;
      }
      case 'second_sigterm':
        return `Kubernetes sends ${name} one SIGTERM, and no second one`;
      case 'stay_down':
        return `Kubernetes starts ${name} again at once: it does not stay away`;
      case 'pause':
        return 'Kubernetes pauses no pods';
      case 'exec':
      case 'packet_filter':
        return `nothing can be run on the machine of ${name} through the API of Kubernetes`;
    }
  };

  /** @param grace null: as long as the pod itself asks for */
  const remove = async (pod: Pod, grace: number | null): Promise<void> => {
    comebacks.watch(pod);
    const body = {
      preconditions: { uid: pod.uid },
      ...(grace === null ? {} : { gracePeriodSeconds: grace }),
    };
    await ask(
      `delete ${pod.name}`,
      orNull(core.deleteNamespacedPod({ name: pod.name, namespace, body })),
    );
  };

  const untilGone = async ({ uid, name }: Pod): Promise<void> => {
    const deadline = performance.now() + ENDS_WITHIN_MS;
    while ((await look()).some((pod) => pod.uid === uid)) {
      if (performance.now() > deadline)
        throw new SwarmError(
          'process_not_terminated',
          `${name} is still there ${ENDS_WITHIN_MS / 1_000} s after it was deleted`,
          'is its machine alive?',
        );
      await sleep(POLL_MS);
    }
  };

  return {
    kind: 'kubernetes',
    label: `pods in ${namespace} of ${order.context}`,
    reference: writeReference(order),
    components: async () => {
      // One that is ending has a successor, or is about to have one.
      const pods = await look();
      const current = pods.filter(
        ({ name, terminating, uid }) =>
          !terminating || !pods.some((other) => other.name === name && other.uid !== uid),
      );
      return Promise.all(
        current.map(
          async (pod): Promise<Component> => ({
            name: pod.name,
            kind: pod.kind,
            nodeId: await nodeIdOf(pod),
            ports: null,
          }),
        ),
      );
    },
    missingCapability,
    signal: async (member, signal) => {
      const pod = await podOf(member);
      if (pod === null) return;
      if (signal === 'SIGSTOP' || signal === 'SIGCONT')
        throw new SwarmError('fault_unavailable', 'Kubernetes pauses no pods');
      if (signal !== 'SIGKILL') return remove(pod, null);
      await remove(pod, KILL_GRACE_SECONDS);
      await untilGone(pod);
    },
    start: async ({ name, kind }) => {
      const deadline = performance.now() + SERVES_WITHIN_MS;
      for (;;) {
        const { serves, trouble } = stateOf(name, kind, await look(), order.counts[kind]);
        if (serves) return;
        if (performance.now() > deadline) {
          const why = trouble ?? 'the cluster does not say why';
          throw new SwarmError(
            'not_started',
            `${name} does not serve again after ${SERVES_WITHIN_MS / 1_000} s: ${why}`,
            'see "kubectl get pods"',
          );
        }
        await sleep(POLL_MS);
      }
    },
    run: async ({ name }) => {
      throw new SwarmError(
        'fault_unavailable',
        `nothing can be run on the machine of ${name} through the API of Kubernetes`,
      );
    },
    // Where `run` would run, it would be the first process of its container.
    pid: async (member) => ((await podOf(member))?.running === true ? 1 : null),
    network: chaosMesh({ client, order, podOf, may }),
    hosts: podHosts({
      client,
      namespace,
      podOf,
      may,
      onEvict: comebacks.watch,
      patienceMs: EVICTED_WITHIN_MS,
    }),
    replacements: comebacks.collect,
    [Symbol.asyncDispose]: async () => comebacks.close(),
  };
};
