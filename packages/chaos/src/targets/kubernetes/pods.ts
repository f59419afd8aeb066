import type { V1Pod } from '@kubernetes/client-node';
import { COMPONENT_KINDS, isComponentKind } from '../component-settings.ts';
import type { ComponentKind } from '../target.ts';
import { ask, type KubernetesClient } from './client.ts';
import type { ResolvedKubernetesSpec } from './spec.ts';

/** A pod, as far as drills are concerned. */
export interface Pod {
  name: string;
  uid: string;
  kind: ComponentKind;
  /** The machine it is on; null while none was found for it. */
  machine: string | null;
  /** It has been told to end. */
  terminating: boolean;
  /** Its containers run. */
  running: boolean;
  /** It takes traffic. */
  ready: boolean;
  hostNetwork: boolean;
  /** What starts it again, such as `StatefulSet livekit`; null: nobody. */
  owner: { kind: string; name: string } | null;
  /** Another for each start of its first container; null before the first. */
  containerId: string | null;
  /** Where Prometheus asks its first container, as the manifest says; null when it says nothing. */
  metricsPort: number | null;
  /** Why it does not run, in the cluster's words; null when it does, or nothing is said. */
  trouble: string | null;
}

/** Says of a pod what it is, whatever its other labels: as with containers of Docker. */
const ROLE_LABEL = 'swarm.component';

/** All of the deployment's, also those that are ending. */
export const listPods = async (
  { core }: KubernetesClient,
  { namespace, selectors }: Pick<ResolvedKubernetesSpec, 'namespace' | 'selectors'>,
): Promise<Pod[]> => {
  const list = async (labelSelector: string): Promise<V1Pod[]> =>
    (
      await ask(
        `list the pods in ${namespace}`,
        core.listNamespacedPod({ namespace, labelSelector }),
      )
    ).items;
  const [marked, ...selected] = await Promise.all([
    list(ROLE_LABEL),
    ...COMPONENT_KINDS.map(async (kind) => {
      const selector = selectors[kind];
      return selector === undefined ? [] : (await list(selector)).map((pod) => readPod(pod, kind));
    }),
  ]);
  const said = marked.flatMap((pod) => {
    const role = pod.metadata?.labels?.[ROLE_LABEL] ?? '';
    return isComponentKind(role) ? [readPod(pod, role)] : [];
  });
  const known = new Set(said.map(({ uid }) => uid));
  const others = selected.flat().filter(({ uid }) => !known.has(uid));
  return [...said, ...others].sort(
    (a, b) => RANK[a.kind] - RANK[b.kind] || a.name.localeCompare(b.name),
  );
};

const RANK: Readonly<Record<ComponentKind, number>> = {
  node: 0,
  redis: 1,
  'load-balancer': 2,
  turn: 3,
};

export const readPod = (pod: V1Pod, kind: ComponentKind): Pod => {
  const { metadata, spec, status } = pod;
  const containers = status?.containerStatuses ?? [];
  const [first] = containers;
  const owner = metadata?.ownerReferences?.find(({ controller }) => controller === true);
  return {
    name: metadata?.name ?? '',
    uid: metadata?.uid ?? '',
    kind,
    machine: spec?.nodeName ?? null,
    terminating: metadata?.deletionTimestamp !== undefined,
    running: containers.length > 0 && containers.every(({ state }) => state?.running !== undefined),
    ready: isTrue(pod, 'Ready'),
    hostNetwork: spec?.hostNetwork === true,
    owner: owner === undefined ? null : { kind: owner.kind, name: owner.name },
    containerId: first?.state?.running === undefined ? null : (first.containerID ?? null),
    metricsPort: metricsPortOf(pod),
    trouble: problemOf(pod),
  };
};

const isTrue = ({ status }: V1Pod, condition: string): boolean =>
  status?.conditions?.some(({ type, status: value }) => type === condition && value === 'True') ??
  false;

/** A port called so, or the annotation that Prometheus' examples use. */
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
  const counts = { node: 0, redis: 0, 'load-balancer': 0, turn: 0 };
  for (const { kind, terminating } of pods) if (!terminating) counts[kind]++;
  return counts;
};

/**
 * Whether what was once a pod of this name serves. Pods of a StatefulSet come back under their names; of others there must be as many again as there were.
 * @param count how many of its kind there were
 */
export const stateOf = (
  name: string,
  kind: ComponentKind,
  pods: readonly Pod[],
  count: number,
): { serves: boolean; trouble: string | null } => {
  const all = pods.filter((pod) => pod.kind === kind);
  const current = all.filter(({ terminating }) => !terminating);
  const keepsName = all.some(
    ({ owner }) => owner?.kind === 'StatefulSet' && isOrdinalOf(name, owner.name),
  );
  const wanted =
    keepsName || current.some((pod) => pod.name === name)
      ? current.filter((pod) => pod.name === name)
      : current;
  const enough = keepsName
    ? wanted.length === 1
    : wanted === current
      ? current.length >= count
      : true;
  return {
    serves: wanted.length > 0 && enough && wanted.every(({ ready }) => ready),
    trouble: wanted.find(({ trouble }) => trouble !== null)?.trouble ?? null,
  };
};

const isOrdinalOf = (name: string, set: string): boolean =>
  name.startsWith(`${set}-`) && /^\d+$/.test(name.slice(set.length + 1));
