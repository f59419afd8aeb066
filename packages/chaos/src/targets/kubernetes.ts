import { setTimeout as sleep } from 'node:timers/promises';
import { SwarmError } from '@livekit-swarm/settings';
import { chaosMesh, chaosMeshOnPods } from './kubernetes/chaos-mesh.ts';
import {
  callCluster,
  connectKubernetes,
  createPermissionChecks,
  type KubernetesClient,
  orNull,
  REQUEST_WITHIN_MS,
} from './kubernetes/client.ts';
import { endpointsOf } from './kubernetes/endpoints.ts';
import { helperFaults } from './kubernetes/helper/helper-faults.ts';
import { createHelpers } from './kubernetes/helper/helpers.ts';
import { podHosts } from './kubernetes/host-scheduler.ts';
import { countPods, createNodeIds, listPods, type Pod, stateOf } from './kubernetes/pods.ts';
import { createReplacementTracker } from './kubernetes/replacements.ts';
import { kubernetesRollout } from './kubernetes/rollout/kubernetes-rollout.ts';
import {
  DEFAULT_SELECTORS,
  type KubernetesSpec,
  type ResolvedKubernetesSpec,
  readReference,
  writeReference,
} from './kubernetes/spec.ts';
import { lockNamespace } from './lock/lease-lock.ts';
import {
  type Capability,
  type Component,
  type Platform,
  type PlatformReference,
  waitUntil,
} from './platform.ts';

export type { KubernetesSpec } from './kubernetes/spec.ts';

/**
 * Shortest grace period that a kubelet respects, s. With 0 the API server removes the pod at once,
 * while the kubelet runs it for two more seconds, next to its replacement, whose ports it occupies.
 */
const KILL_GRACE_SECONDS = 1;
const ENDS_WITHIN_MS = 30_000;
/** Time until pods are ready, ms: images are pulled and hosts are provisioned meanwhile. */
const READY_WITHIN_MS = 180_000;
const POLL_MS = 200;
/** Time for the disruption budget to allow an eviction, ms. */
const EVICTED_WITHIN_MS = 30_000;

/**
 * Opens the pods of a namespace.
 * @throws SwarmError `cluster_unreachable`, `rejected`, `component_not_found`
 */
export const openKubernetesPlatform = async (spec: KubernetesSpec): Promise<Platform> => {
  const client = await connectKubernetes(spec);
  const { kubeconfig, context } = client;
  const selectors = { ...DEFAULT_SELECTORS, ...spec.selectors };
  const pods = await listPods(client, { namespace: spec.namespace, selectors }, 'refuse');
  const counts = countPods(pods);
  if (counts.node > 0)
    return kubernetesPlatform(client, {
      kubeconfig,
      context,
      namespace: spec.namespace,
      selectors,
      counts,
      helper: spec.helper ?? null,
    });
  throw new SwarmError(
    'component_not_found',
    `no pods with ${selectors.node} in the namespace ${spec.namespace} of ${context}`,
    'give your LiveKit pods the label swarm.component=node',
  );
};

/** @throws SwarmError `invalid_reference`, `cluster_unreachable` */
export const reopenKubernetesPlatform = async (reference: PlatformReference): Promise<Platform> => {
  const spec = readReference(reference);
  const { kubeconfig, context } = spec;
  return kubernetesPlatform(
    await connectKubernetes(kubeconfig === null ? {} : { kubeconfig, context }),
    spec,
  );
};

const kubernetesPlatform = (client: KubernetesClient, spec: ResolvedKubernetesSpec): Platform => {
  const { namespace } = spec;
  const { core } = client;
  const nodeIdOf = createNodeIds(client, namespace);
  const may = createPermissionChecks(client);
  // A pod with a wrong label that appears during a drill must not prevent the rollback.
  const look = (): Promise<Pod[]> => listPods(client, spec, 'leave-out');
  const replacements = createReplacementTracker(look);
  const podOf = async ({ name }: Pick<Component, 'name'>): Promise<Pod | null> =>
    (await look()).find((pod) => pod.name === name) ?? null;

  const missingCapability = async (
    capability: Capability,
    component: Component,
  ): Promise<string | null> => {
    const { name } = component;
    switch (capability) {
      case 'signal':
        return (await may({ verb: 'delete', resource: 'pods', namespace }))
          ? null
          : `no permission to delete pods in ${namespace}`;
      case 'start': {
        const pod = await podOf(component);
        return pod !== null && pod.owner === null
          ? `nothing would start ${name} again: it has no controller, such as a StatefulSet`
          : null;
      }
      case 'second_sigterm':
        return `Kubernetes sends ${name} only one SIGTERM`;
      case 'stay_down':
        return `Kubernetes starts ${name} again at once: it does not stay down`;
      case 'pause':
        return 'Kubernetes cannot pause pods';
      case 'exec':
      case 'packet_filter':
        return whyNoExec(name);
    }
  };

  /** @param grace grace period, s; null: that of the pod */
  const remove = async (pod: Pod, grace: number | null): Promise<void> => {
    replacements.watch(pod);
    const body = {
      preconditions: { uid: pod.uid },
      ...(grace === null ? {} : { gracePeriodSeconds: grace }),
    };
    await callCluster(
      `delete ${pod.name}`,
      orNull(core.deleteNamespacedPod({ name: pod.name, namespace, body })),
    );
  };

  const untilGone = async ({ uid, name }: Pod): Promise<void> => {
    const isGone = async (): Promise<boolean> => (await look()).every((pod) => pod.uid !== uid);
    if (await waitUntil(isGone, { withinMs: ENDS_WITHIN_MS, everyMs: POLL_MS })) return;
    throw new SwarmError(
      'process_not_terminated',
      `${name} still exists ${ENDS_WITHIN_MS / 1_000} s after its deletion`,
      'check that its host is alive',
    );
  };

  const mesh = {
    network: chaosMesh({ client, spec, podOf, may }),
    pods: chaosMeshOnPods({ client, spec, podOf, may }),
  };
  const controllers =
    spec.helper === null
      ? mesh
      : helperFaults({
          ...mesh,
          look,
          helpers: createHelpers({ client, settings: spec.helper, of: namespace, may }),
        });

  const label = `pods in ${namespace} of ${spec.context}`;
  return {
    kind: 'kubernetes',
    label,
    reference: writeReference(spec),
    components: async () => {
      // A terminating pod does not count once its replacement of the same name exists.
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
            instance: instanceOf(pod),
            ports: null,
          }),
        ),
      );
    },
    missingCapability,
    signal: async (component, signal) => {
      const pod = await podOf(component);
      if (pod === null) return;
      if (signal === 'SIGSTOP' || signal === 'SIGCONT')
        throw new SwarmError('fault_unavailable', 'Kubernetes cannot pause pods');
      if (signal !== 'SIGKILL') return remove(pod, null);
      await remove(pod, KILL_GRACE_SECONDS);
      await untilGone(pod);
    },
    start: async ({ name, kind }) => {
      const deadline = performance.now() + READY_WITHIN_MS;
      for (;;) {
        const { ready, problem } = stateOf(name, kind, await look(), spec.counts[kind]);
        if (ready) return;
        if (performance.now() > deadline) {
          throw new SwarmError(
            'not_started',
            `${name} is not ready again after ${READY_WITHIN_MS / 1_000} s: ${problem ?? 'the cluster gives no reason'}`,
            'see "kubectl get pods"',
          );
        }
        await sleep(POLL_MS);
      }
    },
    run: async ({ name }) => {
      throw new SwarmError('fault_unavailable', whyNoExec(name));
    },
    instance: async (component) => instanceOf(await podOf(component)),
    // Kubernetes cannot pause a pod.
    isStopped: async () => false,
    // The component is the first process in its container.
    pid: async (component) => ((await podOf(component))?.running === true ? 1 : null),
    // The cluster rolls back: it starts pods again, Chaos Mesh ends its objects after their
    // duration, the job controller ends a reservation, and helpers undo their faults.
    expiry: {
      missingCapability: async () => null,
      arm: async () => [],
      disarm: async () => {},
    },
    inFlight: { maxMs: REQUEST_WITHIN_MS },
    ...controllers,
    rollout: kubernetesRollout({ client, namespace, look, nodeIdOf, may }),
    hosts: podHosts({
      client,
      namespace,
      podOf,
      may,
      onEvict: replacements.watch,
      patienceMs: EVICTED_WITHIN_MS,
    }),
    lock: (purpose) => lockNamespace(client, namespace, purpose, label),
    backends: async () => endpointsOf(client, namespace, await look(), may),
    replacements: replacements.collect,
    [Symbol.asyncDispose]: async () => replacements.close(),
  };
};

const instanceOf = (pod: Pod | null): string | null => (pod?.running === true ? pod.uid : null);

const whyNoExec = (name: string): string =>
  `the Kubernetes API cannot run programs on the host of ${name}`;
