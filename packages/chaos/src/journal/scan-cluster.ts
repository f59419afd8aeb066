/**
 * Scan for objects that faults left in a Kubernetes namespace, by their labels, even without the
 * journal.
 */
import { hasErrorCode } from '@livekit-swarm/settings';
import { callCluster, connectKubernetes, orNull } from '../targets/kubernetes/client.ts';
import { GROUP, PLURAL, VERSION } from '../targets/kubernetes/network-chaos.ts';
import { MANAGED_BY } from '../targets/kubernetes/reservation.ts';
import type { KubernetesSpec } from '../targets/kubernetes/spec.ts';
import { lockNamespace } from '../targets/lock/lease-lock.ts';
import type { Orphan, OrphanScan } from './orphan.ts';

const LABELS = Object.entries(MANAGED_BY)
  .map(([name, value]) => `${name}=${value}`)
  .join(',');

/** @throws SwarmError `cluster_unreachable` */
export const openClusterScan = async (
  spec: Pick<KubernetesSpec, 'kubeconfig' | 'context' | 'namespace'>,
): Promise<OrphanScan> => {
  const { namespace } = spec;
  const client = await connectKubernetes(spec);
  const { batch, custom, context } = client;
  const place = `${namespace}@${context}`;
  const chaos = { group: GROUP, version: VERSION, namespace, plural: PLURAL };

  const remove = async ({ kind, name }: Orphan): Promise<void> => {
    await callCluster(
      `delete ${name}`,
      orNull<unknown>(
        kind === 'network_chaos'
          ? custom.deleteNamespacedCustomObject({ ...chaos, name })
          : batch.deleteNamespacedJob({ name, namespace, propagationPolicy: 'Background' }),
      ),
    );
  };

  return {
    place,
    find: async () => {
      const jobs = await callCluster(
        `list the jobs in ${namespace}`,
        batch.listNamespacedJob({ namespace, labelSelector: LABELS }),
      );
      // Null: Chaos Mesh is not installed.
      const objects: { items: { metadata?: { name?: string } }[] } | null = await callCluster(
        `list the NetworkChaos in ${namespace}`,
        orNull(custom.listNamespacedCustomObject({ ...chaos, labelSelector: LABELS })),
      );
      return [
        ...jobs.items.map(({ metadata }) => orphanOf('reservation', metadata?.name)),
        ...(objects?.items ?? []).map(({ metadata }) => orphanOf('network_chaos', metadata?.name)),
      ];
    },
    remove: async (orphan) => {
      try {
        await remove(orphan);
        return null;
      } catch (error) {
        if (hasErrorCode(error, 'rejected', 'cluster_unreachable')) return error.message;
        throw error;
      }
    },
    lock: async () => {
      await using locks = new AsyncDisposableStack();
      for (const purpose of ['rollback', 'drill'] as const)
        locks.use(await lockNamespace(client, namespace, purpose, place));
      return locks.move();
    },
    [Symbol.asyncDispose]: async () => {},
  };
};

const orphanOf = (kind: Orphan['kind'], name = ''): Orphan => ({
  ...{ kind, name, pid: null, instance: null },
  injection: /^swarm-([a-z0-9]{8})-/.exec(name)?.[1] ?? null,
});
