import { SwarmError } from '@livekit-swarm/settings';
import { callCluster, type KubernetesClient, orNull } from '../client.ts';
import { INJECTION_LABEL, MANAGED_BY } from '../reservation.ts';
import type { PatchOperation, PodTemplate } from './workload.ts';

/** Place of the server's configuration in a template: a key of a ConfigMap. */
export interface ConfigReference {
  name: string;
  key: string;
  /** Path of the name of the ConfigMap in the template, as JSON Pointer. */
  pointer: string;
}

/** Variable from which livekit-server reads its configuration, as in LiveKit's chart. */
const VARIABLE = 'LIVEKIT_CONFIG';

/** ConfigMap of the server's configuration; null: it is elsewhere, such as in a Secret. */
export const configReference = ({ spec }: PodTemplate): ConfigReference | null => {
  const [container] = spec.containers;
  const index = container?.env?.findIndex(
    ({ name, valueFrom }) => name === VARIABLE && valueFrom?.configMapKeyRef !== undefined,
  );
  const byVariable = container?.env?.[index ?? -1]?.valueFrom?.configMapKeyRef;
  if (byVariable !== undefined)
    return {
      name: byVariable.name,
      key: byVariable.key,
      pointer: `/spec/containers/0/env/${index}/valueFrom/configMapKeyRef/name`,
    };
  const words = [...(container?.command ?? []), ...(container?.args ?? [])];
  const at = words.findIndex((word) => /^--?config(=|$)/.test(word));
  const path = words[at]?.split('=')[1] ?? words[at + 1] ?? '';
  const mount = container?.volumeMounts?.find(
    ({ mountPath }) => path === mountPath || path.startsWith(`${mountPath.replace(/\/$/, '')}/`),
  );
  if (at === -1 || mount === undefined) return null;
  const volume = spec.volumes?.findIndex(({ name }) => name === mount.name) ?? -1;
  const name = spec.volumes?.[volume]?.configMap?.name;
  return name === undefined
    ? null
    : {
        name,
        key: mount.subPath ?? path.slice(mount.mountPath.replace(/\/$/, '').length + 1),
        pointer: `/spec/volumes/${volume}/configMap/name`,
      };
};

/**
 * Creates a ConfigMap with another configuration next to the present one, and returns the change of
 * the template that refers to it. The present one stays for the rollback.
 */
export const createConfig = async (
  { core }: Pick<KubernetesClient, 'core'>,
  namespace: string,
  id: string,
  reference: ConfigReference,
  text: string,
): Promise<PatchOperation> => {
  const { name, key, pointer } = reference;
  const before = await callCluster(
    `read the ConfigMap ${name}`,
    orNull(core.readNamespacedConfigMap({ name, namespace })),
  );
  if (before === null)
    throw new SwarmError('component_not_found', `ConfigMap ${name} not found in ${namespace}`);
  const own = configName(id);
  await callCluster(
    `create the ConfigMap ${own}`,
    core.createNamespacedConfigMap({
      namespace,
      body: {
        metadata: { name: own, labels: { ...MANAGED_BY, [INJECTION_LABEL]: id } },
        data: { ...before.data, [key]: text },
        ...(before.binaryData !== undefined && { binaryData: before.binaryData }),
      },
    }),
  );
  return { op: 'replace', path: `/spec/template${pointer}`, value: own };
};

/** Removes the ConfigMap of a rollout; no effect without one. */
export const removeConfig = async (
  { core }: Pick<KubernetesClient, 'core'>,
  namespace: string,
  id: string,
): Promise<void> => {
  const name = configName(id);
  await callCluster(
    `delete the ConfigMap ${name}`,
    orNull(core.deleteNamespacedConfigMap({ name, namespace })),
  );
};

const configName = (id: string): string => `swarm-${id}-config`;
