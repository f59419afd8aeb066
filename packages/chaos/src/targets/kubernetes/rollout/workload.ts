import { SwarmError } from '@livekit-swarm/settings';
import { z } from 'zod';
import { callCluster, type KubernetesClient, orNull } from '../client.ts';
import type { Pod } from '../pods.ts';

/** Kinds of workloads that roll their pods, with their plurals in the API. */
const PLURALS = { StatefulSet: 'statefulsets', Deployment: 'deployments' } as const;

export type WorkloadKind = keyof typeof PLURALS;

const APPS = { group: 'apps', version: 'v1' } as const;

const template = z.looseObject({
  metadata: z.looseObject({ labels: z.record(z.string(), z.string()).optional() }).optional(),
  spec: z.looseObject({
    terminationGracePeriodSeconds: z.int().optional(),
    containers: z
      .array(
        z.looseObject({
          name: z.string(),
          image: z.string().default(''),
          imagePullPolicy: z.string().optional(),
          args: z.array(z.string()).optional(),
          command: z.array(z.string()).optional(),
          readinessProbe: z.unknown().optional(),
          lifecycle: z
            .looseObject({
              preStop: z
                .looseObject({ sleep: z.looseObject({ seconds: z.int() }).optional() })
                .optional(),
            })
            .optional(),
          env: z
            .array(
              z.looseObject({
                name: z.string(),
                valueFrom: z
                  .looseObject({
                    configMapKeyRef: z
                      .looseObject({ name: z.string(), key: z.string() })
                      .optional(),
                  })
                  .optional(),
              }),
            )
            .optional(),
          volumeMounts: z
            .array(
              z.looseObject({
                name: z.string(),
                mountPath: z.string(),
                subPath: z.string().optional(),
              }),
            )
            .optional(),
        }),
      )
      .min(1),
    volumes: z
      .array(
        z.looseObject({
          name: z.string(),
          configMap: z.looseObject({ name: z.string().optional() }).optional(),
        }),
      )
      .optional(),
  }),
});

/** Template of the pods of a workload, as the API has it. */
export type PodTemplate = z.infer<typeof template>;

const amount = z.union([z.int(), z.string()]);

const workload = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    generation: z.int().default(0),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
  spec: z.looseObject({
    replicas: z.int().default(1),
    paused: z.boolean().default(false),
    revisionHistoryLimit: z.int().default(10),
    podManagementPolicy: z.string().optional(),
    template,
    strategy: z
      .looseObject({
        type: z.string().optional(),
        rollingUpdate: z
          .looseObject({ maxSurge: amount.optional(), maxUnavailable: amount.optional() })
          .optional(),
      })
      .optional(),
    updateStrategy: z
      .looseObject({
        type: z.string().optional(),
        rollingUpdate: z
          .looseObject({ partition: z.int().optional(), maxUnavailable: amount.optional() })
          .optional(),
      })
      .optional(),
  }),
  status: z
    .looseObject({
      observedGeneration: z.int().default(0),
      replicas: z.int().default(0),
      readyReplicas: z.int().default(0),
      updatedReplicas: z.int().default(0),
      availableReplicas: z.int().default(0),
      currentRevision: z.string().optional(),
      updateRevision: z.string().optional(),
    })
    .default({
      observedGeneration: 0,
      replicas: 0,
      readyReplicas: 0,
      updatedReplicas: 0,
      availableReplicas: 0,
    }),
});

/** StatefulSet or Deployment, as the API has it. */
export type WorkloadObject = z.infer<typeof workload>;

/** Workload that controls the nodes. */
export interface WorkloadName {
  kind: WorkloadKind;
  name: string;
}

/** Operation of a JSON Patch (RFC 6902). */
export type PatchOperation =
  | { op: 'add' | 'replace' | 'test'; path: string; value: unknown }
  | { op: 'remove'; path: string };

/** Access to workloads of a namespace as the API has them: unknown fields are kept. */
export interface Workloads {
  /**
   * Finds the workload of the nodes.
   * @throws SwarmError `fault_unavailable` when they have none, or several
   */
  find(pods: readonly Pod[]): Promise<WorkloadName>;
  /** @throws SwarmError `component_not_found` */
  read(name: WorkloadName): Promise<WorkloadObject>;
  patch(name: WorkloadName, operations: readonly PatchOperation[]): Promise<void>;
  /**
   * Revision of the pods that the controller makes now: the name of a ControllerRevision or of a
   * ReplicaSet, as in `Pod.revision`; null: it has not seen the last change yet.
   */
  revisionOf(name: WorkloadName, object: WorkloadObject): Promise<string | null>;
  /** Template of a revision; null: the cluster no longer has it. */
  templateOf(name: WorkloadName, revision: string): Promise<PodTemplate | null>;
}

const controllerRevision = z.looseObject({
  data: z.looseObject({ spec: z.looseObject({ template }) }),
});
/** Annotation of a Deployment and its ReplicaSets: the number of the revision. */
const REVISION = 'deployment.kubernetes.io/revision';

const replicaSet = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    annotations: z.record(z.string(), z.string()).default({}),
    ownerReferences: z
      .array(
        z.looseObject({ kind: z.string(), name: z.string(), controller: z.boolean().optional() }),
      )
      .default([]),
  }),
  spec: z.looseObject({ template }),
});

export const openWorkloads = (
  { custom }: Pick<KubernetesClient, 'custom'>,
  namespace: string,
): Workloads => {
  const get = async (plural: string, name: string): Promise<unknown> =>
    callCluster(
      `read ${plural} ${name}`,
      orNull(custom.getNamespacedCustomObject({ ...APPS, namespace, plural, name })),
    );
  const readReplicaSet = async (name: string) => {
    const object = await get('replicasets', name);
    return object === null ? null : replicaSet.parse(object);
  };
  return {
    find: async (pods) => {
      const owners = new Map<string, WorkloadName>();
      const nodes = pods.filter(({ kind }) => kind === 'node');
      const staying = nodes.filter(({ terminating }) => !terminating);
      // While a single pod is replaced, only the old one has an owner.
      for (const { owner } of staying.length > 0 ? staying : nodes) {
        const found = await workloadOf(owner, readReplicaSet);
        owners.set(`${found?.kind} ${found?.name}`, found ?? { kind: 'StatefulSet', name: '' });
      }
      const [found, ...others] = owners.values();
      if (found !== undefined && found.name !== '' && others.length === 0) return found;
      throw new SwarmError(
        'fault_unavailable',
        found === undefined || others.length === 0
          ? 'the nodes are not the pods of a StatefulSet or Deployment: nothing would roll them'
          : `the nodes are pods of several workloads (${[...owners.keys()].join(', ')}): roll one of them`,
        others.length === 0 ? null : 'give only the pods of one the label swarm.component=node',
      );
    },
    read: async ({ kind, name }) => {
      const object = await get(PLURALS[kind], name);
      if (object !== null) return workload.parse(object);
      throw new SwarmError('component_not_found', `${kind} ${name} not found in ${namespace}`);
    },
    patch: async ({ kind, name }, operations) => {
      await callCluster(
        `patch ${kind} ${name}`,
        custom.patchNamespacedCustomObject({
          ...APPS,
          ...{ namespace, plural: PLURALS[kind], name, body: operations },
        }),
      );
    },
    revisionOf: async ({ kind, name }, { metadata, status }) => {
      if (status.observedGeneration < metadata.generation) return null;
      if (kind === 'StatefulSet') return status.updateRevision ?? null;
      const { items } = z
        .looseObject({ items: z.array(replicaSet) })
        .parse(
          await callCluster(
            'list the replicasets',
            custom.listNamespacedCustomObject({ ...APPS, namespace, plural: 'replicasets' }),
          ),
        );
      const found = items.find(
        ({ metadata: { annotations, ownerReferences } }) =>
          annotations[REVISION] === metadata.annotations[REVISION] &&
          ownerReferences.some((owner) => owner.kind === kind && owner.name === name),
      );
      return found?.metadata.name ?? null;
    },
    templateOf: async ({ kind }, revision) => {
      if (kind === 'Deployment') {
        const set = await readReplicaSet(revision);
        return set === null ? null : withoutHash(set.spec.template);
      }
      const object = await get('controllerrevisions', revision);
      if (object === null) return null;
      // A revision is a patch that replaces the template.
      const { $patch: _, ...found } = controllerRevision.parse(object).data.spec.template;
      return template.parse(found);
    },
  };
};

const workloadOf = async (
  owner: Pod['owner'],
  readReplicaSet: (name: string) => Promise<z.infer<typeof replicaSet> | null>,
): Promise<WorkloadName | null> => {
  if (owner?.kind === 'StatefulSet') return { kind: 'StatefulSet', name: owner.name };
  if (owner?.kind !== 'ReplicaSet') return null;
  const set = await readReplicaSet(owner.name);
  const above = set?.metadata.ownerReferences.find(({ controller }) => controller === true);
  return above?.kind === 'Deployment' ? { kind: 'Deployment', name: above.name } : null;
};

/** Label that the Deployment controller adds to the template of each ReplicaSet. */
const HASH = 'pod-template-hash';

const withoutHash = (found: PodTemplate): PodTemplate => {
  const { [HASH]: _, ...labels } = found.metadata?.labels ?? {};
  return { ...found, metadata: { ...found.metadata, labels } };
};
