import type { V2HorizontalPodAutoscaler } from '@kubernetes/client-node';
import { SwarmError } from '@livekit-swarm/settings';
import type { PlatformReference } from '../platform.ts';
import { callCluster, connectKubernetes, orNull, statusOf } from './client.ts';
import { createNodeIds, listPods, type Pod } from './pods.ts';
import { readReference } from './spec.ts';

/** Settings of a HorizontalPodAutoscaler that a rehearsal needs. */
export interface AutoscalerSettings {
  name: string;
  /** Workload that it scales: `Deployment livekit`. */
  workload: string;
  min: number;
  max: number;
  /** Windows over which it looks before a decision for more, and for fewer pods, ms. */
  upMs: number;
  downMs: number;
}

/** Condition of an autoscaler: whether it can act, and what limits it. */
export interface AutoscalerCondition {
  type: string;
  isTrue: boolean;
  reason: string;
  message: string;
}

/** State of an autoscaler at one time. */
export interface AutoscalerState {
  desired: number;
  current: number;
  conditions: AutoscalerCondition[];
}

/** Event of an autoscaler. `key` is another one for each repetition. */
export interface AutoscalerNotice {
  key: string;
  reason: string;
  message: string;
}

/** A pod of the deployment with the ID of its LiveKit node; null while that is unknown. */
export type NodePod = Pod & { nodeId: string | null };

/** An autoscaler and its pods, which are only read. */
export interface Autoscaler {
  settings: AutoscalerSettings;
  /** @throws SwarmError `rejected`, `cluster_unreachable` */
  read(): Promise<AutoscalerState>;
  /**
   * Reads its events, of the time for which the cluster keeps them; none without permission.
   * @throws SwarmError `rejected`, `cluster_unreachable`
   */
  notices(): Promise<AutoscalerNotice[]>;
  /** @throws SwarmError `rejected`, `cluster_unreachable` */
  pods(): Promise<NodePod[]>;
}

/**
 * Opens a HorizontalPodAutoscaler of the cluster of a platform.
 * @throws SwarmError `component_not_found`, `rejected`, `cluster_unreachable`
 */
export const openAutoscaler = async (
  reference: PlatformReference,
  name: string,
): Promise<Autoscaler> => {
  const spec = readReference(reference);
  const { namespace, kubeconfig, context } = spec;
  const client = await connectKubernetes(kubeconfig === null ? {} : { kubeconfig, context });
  const nodeIdOf = createNodeIds(client, namespace);
  const look = (): Promise<V2HorizontalPodAutoscaler | null> =>
    callCluster(
      `read the HorizontalPodAutoscaler ${name} in ${namespace}`,
      orNull(client.autoscaling.readNamespacedHorizontalPodAutoscaler({ name, namespace })),
    );
  const found = async (): Promise<V2HorizontalPodAutoscaler> => {
    const hpa = await look();
    if (hpa !== null) return hpa;
    throw new SwarmError(
      'component_not_found',
      `no HorizontalPodAutoscaler ${name} in the namespace ${namespace} of ${context}`,
      'see "kubectl get hpa"; that of a ScaledObject of KEDA is called keda-hpa-NAME',
    );
  };
  return {
    settings: settingsOf(name, await found()),
    read: async () => stateOf(await found()),
    notices: async () => {
      const fieldSelector = `involvedObject.kind=HorizontalPodAutoscaler,involvedObject.name=${name}`;
      const { items } = await callCluster(
        `list the events of the HorizontalPodAutoscaler ${name} in ${namespace}`,
        client.core.listNamespacedEvent({ namespace, fieldSelector }).catch((error: unknown) => {
          if (statusOf(error) === FORBIDDEN) return { items: [] };
          throw error;
        }),
      );
      return items.map(({ metadata, reason = '', message = '', count = 1 }) => ({
        key: `${metadata.uid ?? ''}/${count}`,
        ...{ reason, message },
      }));
    },
    pods: async () => {
      const pods = (await listPods(client, spec, 'leave-out')).filter(
        ({ kind }) => kind === 'node',
      );
      return Promise.all(pods.map(async (pod) => ({ ...pod, nodeId: await nodeIdOf(pod) })));
    },
  };
};

const FORBIDDEN = 403;

/** Default of `--horizontal-pod-autoscaler-downscale-stabilization`, s. */
const USUAL_DOWN_SECONDS = 300;

const settingsOf = (name: string, { spec }: V2HorizontalPodAutoscaler): AutoscalerSettings => {
  const { scaleTargetRef: of, behavior } = spec ?? {};
  return {
    name,
    workload: of === undefined ? 'unknown' : `${of.kind} ${of.name}`,
    min: spec?.minReplicas ?? 1,
    max: spec?.maxReplicas ?? 1,
    upMs: 1_000 * (behavior?.scaleUp?.stabilizationWindowSeconds ?? 0),
    downMs: 1_000 * (behavior?.scaleDown?.stabilizationWindowSeconds ?? USUAL_DOWN_SECONDS),
  };
};

const stateOf = ({ status }: V2HorizontalPodAutoscaler): AutoscalerState => ({
  desired: status?.desiredReplicas ?? 0,
  current: status?.currentReplicas ?? 0,
  conditions: (status?.conditions ?? []).map(({ type, status: is, reason = '', message = '' }) => ({
    ...{ type, isTrue: is === 'True', reason, message },
  })),
});
