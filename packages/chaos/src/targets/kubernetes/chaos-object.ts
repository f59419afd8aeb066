import { setTimeout as sleep } from 'node:timers/promises';
import type { EffectFinding } from '@livekit-swarm/record';
import { SwarmError } from '@livekit-swarm/settings';
import { type Component, waitUntil } from '../platform.ts';
import { callCluster, type KubernetesClient, orNull, type Permission } from './client.ts';
import { MANAGED_BY, MAX_DURATION_MS } from './reservation.ts';

/** API group and version of Chaos Mesh. */
export const GROUP = 'chaos-mesh.org';
export const VERSION = 'v1alpha1';

/** Kinds of Chaos Mesh that faults use, with their plurals in the API. */
export const CHAOS_KINDS = {
  NetworkChaos: 'networkchaos',
  PodChaos: 'podchaos',
  StressChaos: 'stresschaos',
} as const;

export type ChaosKind = keyof typeof CHAOS_KINDS;

/** Time for Chaos Mesh to inject or roll back, ms. */
const EFFECT_WITHIN_MS = 30_000;
const POLL_MS = 250;

/** Makes an object that affects one pod. @param expiresAfterMs time until Chaos Mesh removes it, ms; null: an hour */
export const chaosObject = (
  kind: ChaosKind,
  { name, pod, namespace }: { name: string; pod: string; namespace: string },
  expiresAfterMs: number | null,
  spec: object,
): object => ({
  apiVersion: `${GROUP}/${VERSION}`,
  kind,
  metadata: { name, namespace, labels: MANAGED_BY },
  spec: {
    mode: 'all',
    selector: { pods: { [namespace]: [pod] } },
    duration: `${Math.ceil((expiresAfterMs ?? MAX_DURATION_MS) / 1_000)}s`,
    ...spec,
  },
});

/** Name of the object of an injection, by which a rollback finds it. */
export const chaosObjectName = ({ name }: Pick<Component, 'name'>, id: string): string =>
  `swarm-${id}-${name}`;

/** Objects of one kind of Chaos Mesh in a namespace. */
export interface ChaosObjects {
  /** Reason for which none can be made; null: they can. */
  missingCapability(): Promise<string | null>;
  /**
   * Creates an object; resolves when Chaos Mesh has injected it.
   * @throws SwarmError `fault_unavailable` with the message of Chaos Mesh
   */
  create(name: string, object: object): Promise<void>;
  /** Finding on the effect; null: it is injected. */
  missing(name: string): Promise<EffectFinding | null>;
  /** Deletes an object; resolves when Chaos Mesh has rolled back. @throws SwarmError `rollback_failed` */
  remove(name: string): Promise<void>;
}

export const chaosObjects = (
  client: KubernetesClient,
  kind: ChaosKind,
  namespace: string,
  may: (right: Permission) => Promise<boolean>,
): ChaosObjects => {
  const plural = CHAOS_KINDS[kind];
  const place = { group: GROUP, version: VERSION, namespace, plural };
  const read = (name: string) =>
    callCluster(
      `read the ${kind}`,
      orNull(client.custom.getNamespacedCustomObject({ ...place, name })),
    );
  const see = (name: string): string => `see "kubectl describe ${plural} ${name} -n ${namespace}"`;
  return {
    missingCapability: async () => {
      if (!(await isInstalled(client, plural)))
        return `Chaos Mesh is not installed in this cluster, which the fault needs there (${kind})`;
      for (const verb of ['create', 'get', 'delete']) {
        if (!(await may({ verb, group: GROUP, resource: plural, namespace })))
          return `no permission to ${verb} ${kind} in ${namespace}`;
      }
      return null;
    },
    create: async (name, body) => {
      await callCluster(
        `create a ${kind}`,
        client.custom.createNamespacedCustomObject({ ...place, body }),
      );
      const deadline = performance.now() + EFFECT_WITHIN_MS;
      while (performance.now() < deadline) {
        const { injected, failure } = readState(await read(name));
        if (injected) return;
        if (failure !== null) throw new SwarmError('fault_unavailable', `Chaos Mesh: ${failure}`);
        await sleep(POLL_MS);
      }
      throw new SwarmError(
        'fault_unavailable',
        `Chaos Mesh did not inject it within ${EFFECT_WITHIN_MS / 1_000} s`,
        see(name),
      );
    },
    missing: async (name) => {
      const object = await read(name);
      if (object === null) return 'chaos_object_missing';
      return readState(object).injected ? null : 'chaos_object_not_injected';
    },
    remove: async (name) => {
      // Without the resource definition, no object was created.
      if ((await read(name)) === null) return;
      await callCluster(
        `delete the ${kind}`,
        orNull(client.custom.deleteNamespacedCustomObject({ ...place, name })),
      );
      // A finalizer keeps the object until the last pod is restored.
      const isGone = async (): Promise<boolean> => (await read(name)) === null;
      if (await waitUntil(isGone, { withinMs: EFFECT_WITHIN_MS, everyMs: POLL_MS })) return;
      throw new SwarmError(
        'rollback_failed',
        `Chaos Mesh has not rolled back ${name} within ${EFFECT_WITHIN_MS / 1_000} s`,
        see(name),
      );
    },
  };
};

const isInstalled = async ({ custom }: KubernetesClient, plural: string): Promise<boolean> =>
  (
    await callCluster(
      'list the kinds of Chaos Mesh',
      orNull(custom.getAPIResources({ group: GROUP, version: VERSION })),
    )
  )?.resources.some(({ name }) => name === plural) ?? false;

interface ChaosState {
  injected: boolean;
  /** Message of Chaos Mesh; null: no failure. */
  failure: string | null;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
const listOf = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value) ? value.filter(isRecord) : [];

/** @param object object from the Kubernetes API */
export const readState = (object: unknown): ChaosState => {
  const status = isRecord(object) && isRecord(object.status) ? object.status : {};
  const holds = (type: string): boolean =>
    listOf(status.conditions).some((one) => one.type === type && one.status === 'True');
  const experiment = isRecord(status.experiment) ? status.experiment : {};
  const events = listOf(experiment.containerRecords).flatMap(({ events }) => listOf(events));
  const failed = events.findLast(({ type }) => type === 'Failed');
  return {
    injected: holds('AllInjected'),
    failure: failed === undefined ? null : String(failed.message ?? 'it failed'),
  };
};
