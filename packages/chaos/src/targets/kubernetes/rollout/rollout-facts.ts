import { z } from 'zod';
import type { DisruptionBudget, RolloutFacts } from '../../rollout.ts';
import { callCluster, type KubernetesClient } from '../client.ts';
import type { WorkloadName, WorkloadObject } from './workload.ts';

/** Grace period of a pod that gives none, s. */
export const DEFAULT_GRACE_S = 30;

/** Settings of a workload by which its controller rolls it. */
export const rolloutFacts = (
  { kind, name }: WorkloadName,
  { spec }: WorkloadObject,
  budgets: RolloutFacts['budgets'],
): RolloutFacts => {
  const { containers, terminationGracePeriodSeconds = DEFAULT_GRACE_S } = spec.template.spec;
  const [container] = containers;
  const deployment = spec.strategy?.rollingUpdate;
  const set = spec.updateStrategy?.rollingUpdate;
  return {
    workload: `${kind} ${name}`,
    replicas: spec.replicas,
    image: container?.image ?? '',
    maxSurge: deployment?.maxSurge ?? null,
    // The default of a StatefulSet is one pod at a time.
    maxUnavailable:
      deployment?.maxUnavailable ?? set?.maxUnavailable ?? (kind === 'StatefulSet' ? 1 : null),
    partition: set?.partition ?? null,
    terminationGraceSeconds: terminationGracePeriodSeconds,
    hasPreStop: container?.lifecycle?.preStop !== undefined,
    hasReadinessProbe: container?.readinessProbe !== undefined,
    budgets,
  };
};

const amount = z.union([z.int(), z.string()]).nullable().default(null);
const budgetList = z.looseObject({
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({ name: z.string() }),
      spec: z
        .looseObject({ minAvailable: amount, maxUnavailable: amount })
        .default({ minAvailable: null, maxUnavailable: null }),
    }),
  ),
});

/** Disruption budgets of a namespace. */
export const listBudgets = async (
  { custom }: Pick<KubernetesClient, 'custom'>,
  namespace: string,
): Promise<DisruptionBudget[]> =>
  budgetList
    .parse(
      await callCluster(
        `list the disruption budgets in ${namespace}`,
        custom.listNamespacedCustomObject({
          ...{ group: 'policy', version: 'v1', plural: 'poddisruptionbudgets' },
          namespace,
        }),
      ),
    )
    .items.map(({ metadata: { name }, spec: { minAvailable, maxUnavailable } }) => ({
      name,
      minAvailable,
      maxUnavailable,
    }));
