import type { MetricReader, MetricValue } from '@livekit-swarm/metrics';
import { aggregate } from '@livekit-swarm/metrics';

/** Resources of a node that can be used up. */
export const RESOURCES = ['cpu', 'memory', 'network'] as const;
export type Resource = (typeof RESOURCES)[number];

/** Limit of a resource's utilisation on any node in the steady state: `--until cpu=70%`. */
export interface UtilisationLimit {
  resource: Resource;
  /** Limit, cores, bytes, or bit/s in the direction that has more of them. */
  limit: number;
  /**
   * Limit as a share of the node's resource, where it was given so; `limit` is computed from it.
   */
  share: number | null;
}

/** Utilisation of the node that uses most of the resource; undefined: not measured. */
export const usedOf = (
  metrics: MetricReader,
  nodes: readonly string[],
  resource: Resource,
): number | undefined => {
  const ofNodes = nodes.flatMap((node) => usedByNode(metrics, node, resource) ?? []);
  return ofNodes.length === 0 ? undefined : Math.max(...ofNodes);
};

/** Returns true if a node uses as much of a resource as a limit, or more. */
export const isUsedUp = (metrics: MetricReader, limits: readonly UtilisationLimit[]): boolean => {
  const nodes = metrics.labelSets('server_cpu').flatMap(({ node }) => node ?? []);
  return limits.some(({ resource, limit }) => (usedOf(metrics, nodes, resource) ?? 0) >= limit);
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
