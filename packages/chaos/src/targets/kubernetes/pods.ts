import type { V1Pod } from '@kubernetes/client-node';
import { type SwarmError, usageError } from '@livekit-swarm/settings';
import { COMPONENT_KINDS, type ComponentKind, isComponentKind } from '../platform.ts';
import { readNodeId } from '../process/inspect.ts';
import { callCluster, type KubernetesClient } from './client.ts';
import { readCpuQuantity } from './cpu-quantity.ts';
import type { ResolvedKubernetesSpec } from './spec.ts';

/** Facts about a pod that drills use. */
export interface Pod {
  name: string;
  uid: string;
  kind: ComponentKind;
  /** Host of the pod; null while it is not scheduled. */
  host: string | null;
  /** True when its deletion was requested. */
  terminating: boolean;
  /** True when its containers run. */
  running: boolean;
  /** True when it receives traffic. */
  ready: boolean;
  hostNetwork: boolean;
  /** CPU limit of its first container, cores; null: none. */
  cpuLimit: number | null;
  /** Image of its first container. */
  image: string;
  /** Controller that starts it again, such as `StatefulSet livekit`; null: none. */
  owner: { kind: string; name: string } | null;
  /**
   * Revision of its workload: the name of a ControllerRevision, or of a ReplicaSet; null: its
   * controller has none.
   */
  revision: string | null;
  /** Grace period of its deletion, s; null: it is not terminating. */
  graceSeconds: number | null;
  /** Number of restarts of its first container. */
  restarts: number;
  /** Exit code of its first container when that has ended; null: it has not, or has no status. */
  exitCode: number | null;
  /** Reason for which its first container does not start; null: it starts, or runs. */
  failure: string | null;
  /** ID of its first container, different for each start; null before the first. */
  containerId: string | null;
  /** Metrics port of its first container; null: not in the manifest. */
  metricsPort: number | null;
  /** TCP ports of its containers. */
  ports: readonly number[];
  /** Port at which it reaches Redis, by its annotation or label `swarm.redis`; null: not given. */
  redisPort: number | null;
  /**
   * Reason for which it does not run, from the cluster; null when it runs, or without a message.
   */
  problem: string | null;
}

/** Label with the kind of a pod, regardless of other labels; the same as for Docker containers. */
const KIND_LABEL = 'swarm.component';

/**
 * Lists all pods of the deployment, including terminating ones.
 * @param mislabelled treatment of pods whose label names no kind of component, and which are never
 *   part of the deployment
 * @throws SwarmError `usage` for a pod that is refused
 */
export const listPods = async (
  { core }: KubernetesClient,
  { namespace, selectors }: Pick<ResolvedKubernetesSpec, 'namespace' | 'selectors'>,
  mislabelled: 'refuse' | 'leave-out',
): Promise<Pod[]> => {
  const list = async (labelSelector: string): Promise<V1Pod[]> =>
    (
      await callCluster(
        `list the pods in ${namespace}`,
        core.listNamespacedPod({ namespace, labelSelector }),
      )
    ).items;
  const [labelled, ...selected] = await Promise.all([
    list(KIND_LABEL),
    ...COMPONENT_KINDS.map(async (kind) => {
      const selector = selectors[kind];
      return selector === undefined ? [] : (await list(selector)).map((pod) => readPod(pod, kind));
    }),
  ]);
  const pods = labelled.flatMap((pod) => {
    const kind = pod.metadata?.labels?.[KIND_LABEL] ?? '';
    if (isComponentKind(kind)) return [readPod(pod, kind)];
    if (mislabelled === 'refuse') throw unknownKind(pod, kind);
    return [];
  });
  const known = new Set(labelled.map(({ metadata }) => metadata?.uid ?? ''));
  const others = selected.flat().filter(({ uid }) => !known.has(uid));
  return [...pods, ...others].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
};

const unknownKind = ({ metadata }: V1Pod, kind: string): SwarmError =>
  usageError(
    `pod "${metadata?.name}": label ${KIND_LABEL}: unknown kind "${kind}"`,
    `available: ${COMPONENT_KINDS.join(', ')}`,
  );

const rank = ({ kind }: Pod): number => COMPONENT_KINDS.indexOf(kind);

export const readPod = (pod: V1Pod, kind: ComponentKind): Pod => {
  const { metadata, spec, status } = pod;
  const containers = status?.containerStatuses ?? [];
  const [first] = containers;
  const owner = metadata?.ownerReferences?.find(({ controller }) => controller === true);
  return {
    name: metadata?.name ?? '',
    uid: metadata?.uid ?? '',
    kind,
    host: spec?.nodeName ?? null,
    terminating: metadata?.deletionTimestamp !== undefined,
    running: containers.length > 0 && containers.every(({ state }) => state?.running !== undefined),
    ready: isTrue(pod, 'Ready'),
    hostNetwork: spec?.hostNetwork === true,
    cpuLimit: readCpuQuantity(spec?.containers[0]?.resources?.limits?.cpu ?? ''),
    image: spec?.containers[0]?.image ?? '',
    owner: owner === undefined ? null : { kind: owner.kind, name: owner.name },
    revision:
      owner?.kind === 'ReplicaSet' ? owner.name : (metadata?.labels?.[REVISION_LABEL] ?? null),
    graceSeconds: metadata?.deletionGracePeriodSeconds ?? null,
    restarts: first?.restartCount ?? 0,
    exitCode: first?.state?.terminated?.exitCode ?? null,
    failure: failureOf(pod),
    containerId: first?.state?.running === undefined ? null : (first.containerID ?? null),
    metricsPort: metricsPortOf(pod),
    ports: portsOf(pod),
    redisPort: redisPortOf(pod),
    problem: problemOf(pod),
  };
};

/** Label of the pods of a StatefulSet. */
const REVISION_LABEL = 'controller-revision-hash';

/** Reasons for which a container waits without a failure. */
const STARTS = ['ContainerCreating', 'PodInitializing'];

const failureOf = ({ status }: V1Pod): string | null => {
  const [first] = status?.containerStatuses ?? [];
  const { reason, message } = first?.state?.waiting ?? {};
  if (reason !== undefined && !STARTS.includes(reason)) {
    const exit = first?.lastState?.terminated?.exitCode;
    return [reason, message, exit === undefined ? undefined : `exit code ${exit}`]
      .filter((part) => part !== undefined)
      .join(': ');
  }
  const ended = first?.state?.terminated;
  return ended === undefined ? null : `${ended.reason ?? 'Error'}: exit code ${ended.exitCode}`;
};

const isTrue = ({ status }: V1Pod, condition: string): boolean =>
  status?.conditions?.some(({ type, status: value }) => type === condition && value === 'True') ??
  false;

const portsOf = ({ spec }: V1Pod): number[] =>
  (spec?.containers ?? [])
    .flatMap(({ ports }) => ports ?? [])
    .flatMap(({ protocol = 'TCP', containerPort }) => (protocol === 'TCP' ? [containerPort] : []));

const redisPortOf = ({ metadata }: V1Pod): number | null => {
  const text = metadata?.annotations?.['swarm.redis'] ?? metadata?.labels?.['swarm.redis'];
  const [port = ''] = /\d+$/.exec(text ?? '') ?? [];
  return port === '' ? null : Number(port);
};

/** Metrics port: a port with such a name, or the annotation of Prometheus' examples. */
const metricsPortOf = ({ metadata, spec }: V1Pod): number | null => {
  const ports = spec?.containers.flatMap((container) => container.ports ?? []) ?? [];
  const named = ports.find(
    ({ name }) => name === 'metrics' || name === 'prometheus',
  )?.containerPort;
  const annotated = Number(metadata?.annotations?.['prometheus.io/port']);
  return named ?? (Number.isInteger(annotated) ? annotated : null);
};

const problemOf = ({ status }: V1Pod): string | null => {
  const waiting = status?.containerStatuses?.find(
    ({ state }) => state?.waiting?.message !== undefined,
  )?.state?.waiting;
  const unscheduled = status?.conditions?.find(
    ({ type, status: value }) => type === 'PodScheduled' && value === 'False',
  );
  return waiting?.message ?? unscheduled?.message ?? null;
};

export const countPods = (pods: readonly Pod[]): Record<ComponentKind, number> => {
  const counts = {
    node: 0,
    redis: 0,
    sentinel: 0,
    'load-balancer': 0,
    turn: 0,
    'agent-worker': 0,
    egress: 0,
  };
  for (const { kind, terminating } of pods) if (!terminating) counts[kind]++;
  return counts;
};

/**
 * State of a component by its pod's name, ready or not. Pods of a StatefulSet keep their names; of
 * others there must be as many as before.
 * @param count number of its kind before
 */
export const stateOf = (
  name: string,
  kind: ComponentKind,
  pods: readonly Pod[],
  count: number,
): { ready: boolean; problem: string | null } => {
  const all = pods.filter((pod) => pod.kind === kind);
  const current = all.filter(({ terminating }) => !terminating);
  const keepsName = all.some(
    ({ owner }) => owner?.kind === 'StatefulSet' && isOrdinalOf(name, owner.name),
  );
  const wanted =
    keepsName || current.some((pod) => pod.name === name)
      ? current.filter((pod) => pod.name === name)
      : current;
  const enough = keepsName ? wanted.length === 1 : wanted !== current || current.length >= count;
  return {
    ready: wanted.length > 0 && enough && wanted.every(({ ready }) => ready),
    problem: wanted.find(({ problem }) => problem !== null)?.problem ?? null,
  };
};

const isOrdinalOf = (name: string, set: string): boolean =>
  name.startsWith(`${set}-`) && /^\d+$/.test(name.slice(set.length + 1));

/** Length of the part of the log that is read, bytes: the ID is in the first lines. */
const LOG_BYTES = 65_536;
const IN_LOG = /starting LiveKit server.*?"?nodeID"?\s*[:=]\s*"?(ND_\w+)/;

/**
 * Reads the ID of the LiveKit node in a pod once per start: from its log, or, if that was rotated,
 * from its metrics through the API server. Null while unknown.
 */
export const createNodeIds = (
  { core }: KubernetesClient,
  namespace: string,
): ((pod: Pod) => Promise<string | null>) => {
  const known = new Map<string, string>();
  return async ({ name, containerId, metricsPort, kind }) => {
    if (kind !== 'node' || containerId === null) return null;
    const before = known.get(containerId);
    if (before !== undefined) return before;
    const log = await callCluster(
      `read the log of ${name}`,
      core.readNamespacedPodLog({ name, namespace, limitBytes: LOG_BYTES }),
    ).catch(() => '');
    const readMetrics = (port: number): Promise<string> =>
      callCluster(
        `read the metrics of ${name}`,
        core.connectGetNamespacedPodProxyWithPath({
          name: `${name}:${port}`,
          namespace,
          path: 'metrics',
        }),
      ).catch(() => '');
    const id =
      IN_LOG.exec(log)?.[1] ??
      (metricsPort === null ? null : readNodeId(await readMetrics(metricsPort)));
    if (id !== null) known.set(containerId, id);
    return id;
  };
};
