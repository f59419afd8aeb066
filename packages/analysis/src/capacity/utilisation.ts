import type { MetricReader, MetricValue } from '@livekit-swarm/metrics';
import { aggregate } from '@livekit-swarm/metrics';

/** What of a node may be used up. */
export const RESOURCES = ['cpu', 'memory', 'network'] as const;
export type Resource = (typeof RESOURCES)[number];

/** How far a resource of any node may be used, in the steady state: `--until cpu=70%`. */
export interface UtilisationLimit {
  resource: Resource;
  /** Cores, bytes, or bit/s in the direction with more of them. */
  limit: number;
  /** As a share of what a node has, where it was given so; then `limit` is of the share. */
  share: number | null;
}

/** What the node with most of it uses; undefined: not measured. */
export const usedOf = (
  metrics: MetricReader,
  nodes: readonly string[],
  resource: Resource,
): number | undefined => {
  const ofNodes = nodes.flatMap((node) => usedByNode(metrics, node, resource) ?? []);
  return ofNodes.length === 0 ? undefined : Math.max(...ofNodes);
};

const usedByNode = (
  metrics: MetricReader,
  node: string,
  resource: Resource,
): number | undefined => {
  switch (resource) {
    case 'cpu':
      return averageOf(metrics.measure('server_cpu', { node }));
    case 'memory':
      return averageOf(metrics.measure('server_memory', { node }));
    case 'network': {
      const rates = (['up', 'down'] as const).flatMap(
        (direction) =>
          aggregate(metrics.measure('server_bytes', { node, direction }), { type: 'rate' }) ?? [],
      );
      return rates.length === 0 ? undefined : Math.max(...rates) * 8;
    }
  }
};

const averageOf = (value: MetricValue | undefined): number | undefined =>
  value?.type === 'gauge' ? value.avg : undefined;
