import type { V1EndpointSlice } from '@kubernetes/client-node';
import type { Backends } from '../platform.ts';
import { callCluster, type KubernetesClient, type Permission } from './client.ts';
import type { Pod } from './pods.ts';

/**
 * Nodes that Services offer to whatever is in front of them: an Ingress of nginx or Traefik, a
 * Gateway, kube-proxy. Null without a Service of the nodes, or without the permission to see it.
 */
export const endpointsOf = async (
  { discovery }: Pick<KubernetesClient, 'discovery'>,
  namespace: string,
  pods: readonly Pod[],
  may: (right: Permission) => Promise<boolean>,
): Promise<Backends | null> => {
  const group = 'discovery.k8s.io';
  if (!(await may({ verb: 'list', group, resource: 'endpointslices', namespace }))) return null;
  const { items } = await callCluster(
    `list the endpoints in ${namespace}`,
    discovery.listNamespacedEndpointSlice({ namespace }),
  );
  return readEndpoints(items, pods);
};

export const readEndpoints = (
  slices: readonly V1EndpointSlice[],
  pods: readonly Pod[],
): Backends | null => {
  const nodes = pods.filter(({ kind }) => kind === 'node').map(({ name }) => name);
  // Several Services may select the same pods: one that is ready in any of them gets connections.
  const ready = new Map<string, boolean>();
  for (const { targetRef, conditions } of slices.flatMap(({ endpoints }) => endpoints ?? [])) {
    const name = targetRef?.kind === 'Pod' ? (targetRef.name ?? '') : '';
    if (nodes.includes(name))
      ready.set(name, ready.get(name) === true || conditions?.ready !== false);
  }
  if (ready.size === 0) return null;
  // A pod becomes an endpoint once it is ready.
  const unhealthy = [...new Set([...nodes, ...ready.keys()])].filter(
    (name) => ready.get(name) !== true,
  );
  const total = new Set([...nodes, ...ready.keys()]).size;
  return { healthy: total - unhealthy.length, total, unhealthy };
};
