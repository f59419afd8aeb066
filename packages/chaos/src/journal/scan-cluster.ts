/**
 * Scan for objects that faults left in a Kubernetes namespace, by their labels, even without the
 * journal.
 */
import { hasErrorCode } from '@livekit-swarm/settings';
import { CHAOS_KINDS, GROUP, VERSION } from '../targets/kubernetes/chaos-object.ts';
import { callCluster, connectKubernetes, orNull } from '../targets/kubernetes/client.ts';
import { HELPER_LABEL } from '../targets/kubernetes/helper/helper-job.ts';
import { MANAGED_BY } from '../targets/kubernetes/reservation.ts';
import type { KubernetesSpec } from '../targets/kubernetes/spec.ts';
import { lockNamespace } from '../targets/lock/lease-lock.ts';
import type { Orphan, OrphanScan } from './orphan.ts';

const LABELS = Object.entries(MANAGED_BY)
  .map(([name, value]) => `${name}=${value}`)
  .join(',');

/** Plurals of the kinds of Chaos Mesh, by the kind of an orphan. */
const PLURALS = new Map<Orphan['kind'], string>([
  ['network_chaos', CHAOS_KINDS.NetworkChaos],
  ['pod_chaos', CHAOS_KINDS.PodChaos],
  ['stress_chaos', CHAOS_KINDS.StressChaos],
]);

/** @throws SwarmError `cluster_unreachable` */
export const openClusterScan = async (
  spec: Pick<KubernetesSpec, 'kubeconfig' | 'context' | 'namespace'>,
): Promise<OrphanScan> => {
  const { namespace } = spec;
  const client = await connectKubernetes(spec);
  const { batch, custom, context } = client;
  const place = `${namespace}@${context}`;
  const chaos = { group: GROUP, version: VERSION, namespace };

  const remove = async ({ kind, name }: Orphan): Promise<void> => {
    const plural = PLURALS.get(kind);
    await callCluster(
      `delete ${name}`,
      orNull<unknown>(
        plural !== undefined
          ? custom.deleteNamespacedCustomObject({ ...chaos, plural, name })
          : batch.deleteNamespacedJob({ name, namespace, propagationPolicy: 'Background' }),
      ),
    );
  };

  const list = async (kind: Orphan['kind'], plural: string): Promise<Orphan[]> => {
    // Null: Chaos Mesh is not installed.
    const objects: { items: { metadata?: { name?: string } }[] } | null = await callCluster(
      `list the ${plural} in ${namespace}`,
      orNull(custom.listNamespacedCustomObject({ ...chaos, plural, labelSelector: LABELS })),
    );
    return (objects?.items ?? []).map(({ metadata }) => orphanOf(kind, metadata?.name));
  };

  return {
    place,
    find: async () => {
      const jobs = await callCluster(
        `list the jobs in ${namespace}`,
        batch.listNamespacedJob({ namespace, labelSelector: LABELS }),
      );
      const found = await Promise.all([...PLURALS].map(([kind, plural]) => list(kind, plural)));
      return [
        ...jobs.items.map(({ metadata }) =>
          orphanOf(
            metadata?.labels?.[HELPER_LABEL] === undefined ? 'reservation' : 'helper',
            metadata?.name,
          ),
        ),
        ...found.flat(),
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
  // The helper of a drill serves several injections.
  injection: kind === 'helper' ? null : (/^swarm-([a-z0-9]{8})-/.exec(name)?.[1] ?? null),
});
