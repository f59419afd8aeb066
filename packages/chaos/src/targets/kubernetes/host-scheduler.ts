import { setTimeout as sleep } from 'node:timers/promises';
import { SwarmError } from '@livekit-swarm/settings';
import { type Component, type HostScheduler, waitUntil } from '../platform.ts';
import { callCluster, type KubernetesClient, orNull, type Permission, statusOf } from './client.ts';
import type { Pod } from './pods.ts';
import { INJECTION_LABEL, reservationOf } from './reservation.ts';

/** HTTP status of an eviction that the disruption budget forbids. */
const TOO_MANY_REQUESTS = 429;
const POLL_MS = 500;
/**
 * Length of the compared part of a pod's name, characters: the name of its job may be cut, and has
 * a suffix.
 */
const RESERVED_NAME = 50;
/** Time for a reservation to begin or end, ms. */
const RESERVED_WITHIN_MS = 30_000;

export interface PodHostsOptions {
  client: KubernetesClient;
  namespace: string;
  podOf(component: Component): Promise<Pod | null>;
  may(right: Permission): Promise<boolean>;
  /** Called with each pod before its eviction. */
  onEvict(pod: Pod): void;
  /** Time for which a disruption budget may delay the eviction, ms. */
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
    for (const verb of ['create', 'list', 'delete']) {
      if (!(await may({ verb, group: 'batch', resource: 'jobs', namespace })))
        return `no permission to ${verb} jobs in ${namespace}`;
    }
    const evicting = await may({
      verb: 'create',
      resource: 'pods',
      subresource: 'eviction',
      namespace,
    });
    return evicting ? null : `no permission to evict pods in ${namespace}`;
  },
  drain: async (component, id, expiresAfterMs) => {
    const pod = await podOf(component);
    if (pod === null || pod.host === null)
      throw new SwarmError('fault_unavailable', `${component.name} is not assigned to a host`);
    const body = reservationOf(id, pod, pod.host, namespace, expiresAfterMs);
    await callCluster('create a job', client.batch.createNamespacedJob({ namespace, body }));
    await untilReserved(client, namespace, body.metadata?.name ?? '', pod.host);
    onEvict(pod);
    await evict(client, namespace, pod, patienceMs);
  },
  isReserved: async ({ name }, id) => {
    const { items } = await callCluster(
      `list the pods in ${namespace}`,
      client.core.listNamespacedPod({ namespace, labelSelector: `${INJECTION_LABEL}=${id}` }),
    );
    // The name identifies the component of a pod. Kubernetes cuts long names.
    return items.some(
      ({ metadata, status }) =>
        metadata?.name?.startsWith(`swarm-${id}-${name}`.slice(0, RESERVED_NAME)) === true &&
        metadata.deletionTimestamp === undefined &&
        (status?.phase === 'Pending' || status?.phase === 'Running'),
    );
  },
  undrain: (id) => release(client, namespace, id),
});

/**
 * Waits until the host is reserved, before the eviction: a replacement may be scheduled at once.
 * @throws SwarmError `fault_unavailable`
 */
const untilReserved = async (
  { core }: KubernetesClient,
  namespace: string,
  job: string,
  host: string,
): Promise<void> => {
  let problem = 'its job has no pod';
  const isReserved = async (): Promise<boolean> => {
    const { items } = await callCluster(
      `list the pods in ${namespace}`,
      core.listNamespacedPod({ namespace, labelSelector: `job-name=${job}` }),
    );
    for (const { status } of items) {
      problem = status?.message ?? status?.reason ?? problem;
      // The kubelet has accepted the pod, so the scheduler counts it as well.
      const isActive = status?.phase === 'Pending' || status?.phase === 'Running';
      if (isActive && status?.startTime !== undefined) return true;
    }
    return false;
  };
  if (await waitUntil(isReserved, { withinMs: RESERVED_WITHIN_MS, everyMs: POLL_MS })) return;
  throw new SwarmError(
    'fault_unavailable',
    `${host} was not reserved within ${RESERVED_WITHIN_MS / 1_000} s: ${problem}`,
    `see "kubectl describe job ${job} -n ${namespace}"`,
  );
};

/** Removes a reservation; no effect when there is none. @throws SwarmError `rollback_failed` */
const release = async (
  { batch, core }: KubernetesClient,
  namespace: string,
  id: string,
): Promise<void> => {
  const labelSelector = `${INJECTION_LABEL}=${id}`;
  const { items } = await callCluster(
    `list the jobs in ${namespace}`,
    batch.listNamespacedJob({ namespace, labelSelector }),
  );
  for (const { metadata } of items) {
    const name = metadata?.name ?? '';
    await callCluster(
      `delete the job ${name}`,
      orNull(batch.deleteNamespacedJob({ name, namespace, propagationPolicy: 'Background' })),
    );
  }
  const isFree = async (): Promise<boolean> =>
    (
      await callCluster(
        `list the pods in ${namespace}`,
        core.listNamespacedPod({ namespace, labelSelector }),
      )
    ).items.length === 0;
  if (await waitUntil(isFree, { withinMs: RESERVED_WITHIN_MS, everyMs: POLL_MS })) return;
  throw new SwarmError(
    'rollback_failed',
    `a pod of the job ${items[0]?.metadata?.name ?? ''} still reserves its host`,
    `see "kubectl get pods -n ${namespace} -l ${labelSelector}"`,
  );
};

/**
 * Evicts a pod like a drain, with its grace period and its disruption budget.
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
        await callCluster(`evict ${name}`, Promise.reject(error));
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
