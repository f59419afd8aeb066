import type { KubernetesClient } from './client.ts';
import type { Pod } from './pods.ts';

/** ID of the LiveKit node in a pod; null while it is not known. Read once per start. */
export type NodeIds = (pod: Pod) => Promise<string | null>;

/** Part of the log that is read: the ID is in the first lines. */
const LOG_BYTES = 65_536;
const IN_LOG = /starting LiveKit server.*?"?nodeID"?\s*[:=]\s*"?(ND_\w+)/;
const IN_METRICS = /\bnode_id="([^"]+)"/;

/** From its log; where that was rotated, from its metrics, through the API server. */
export const createNodeIds = ({ core }: KubernetesClient, namespace: string): NodeIds => {
  const known = new Map<string, string>();
  return async (pod) => {
    const { name, containerId, metricsPort, kind } = pod;
    if (kind !== 'node' || containerId === null) return null;
    const before = known.get(containerId);
    if (before !== undefined) return before;
    const log = await core
      .readNamespacedPodLog({ name, namespace, limitBytes: LOG_BYTES })
      .catch(() => '');
    const id =
      IN_LOG.exec(log)?.[1] ??
      (metricsPort === null
        ? undefined
        : IN_METRICS.exec(
            await core
              .connectGetNamespacedPodProxyWithPath({
                name: `${name}:${metricsPort}`,
                namespace,
                path: 'metrics',
              })
              .catch(() => ''),
          )?.[1]);
    if (id === undefined) return null;
    known.set(containerId, id);
    return id;
  };
};
