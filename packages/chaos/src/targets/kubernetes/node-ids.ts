import type { KubernetesClient } from './client.ts';
import type { Pod } from './pods.ts';

/** LiveKit's own id of what runs in a pod; null while it does not tell. Asked once for each start. */
export type NodeIds = (pod: Pod) => Promise<string | null>;

/** The id is among the first lines; this is what is read of them, bytes. */
const READ = 65_536;
const IN_LOG = /starting LiveKit server.*?"?nodeID"?\s*[:=]\s*"?(ND_\w+)/;
const IN_METRICS = /\bnode_id="([^"]+)"/;

/**
 * From its log, which the account of drills may read; where that has been rotated away, or is kept short, from its metrics, through the API server.
 */
export const createNodeIds = ({ core }: KubernetesClient, namespace: string): NodeIds => {
  const known = new Map<string, string>();
  return async (pod) => {
    const { name, containerId, metricsPort, kind } = pod;
    if (kind !== 'node' || containerId === null) return null;
    const before = known.get(containerId);
    if (before !== undefined) return before;
    const log = await core
      .readNamespacedPodLog({ name, namespace, limitBytes: READ })
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
