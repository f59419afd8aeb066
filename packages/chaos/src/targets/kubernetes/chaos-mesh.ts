import { setTimeout as sleep } from 'node:timers/promises';
import { ChaosError } from '../../chaos-error.ts';
import type { Member, NetworkRequests, NetworkTrouble } from '../target.ts';
import { ask, type KubernetesClient, orNull } from './client.ts';
import type { SettledOrder } from './order.ts';
import type { Pod } from './pods.ts';
import type { Right } from './rights.ts';

const GROUP = 'chaos-mesh.org';
const VERSION = 'v1alpha1';
const PLURAL = 'networkchaos';

/** How long Chaos Mesh is given to do what it is asked, ms. */
const OBEYS_WITHIN_MS = 30_000;
const POLL_MS = 250;
/** Healing is what ends it; this is for when nobody heals. */
const SPARE_MS = 60_000;
const LONGEST_MS = 3_600_000;
/** Of a packet that waits for its turn, where the drill says nothing, ms. */
const QUEUE_MS = 200;
const LEAST_BUFFER = 10_000;

export interface ChaosMeshNeeds {
  client: KubernetesClient;
  order: SettledOrder;
  podOf(member: Member): Promise<Pod | null>;
  may(right: Right): Promise<boolean>;
}

/** Asks Chaos Mesh for trouble in the network of a pod, by objects of its kind NetworkChaos. */
export const chaosMesh = ({ client, order, podOf, may }: ChaosMeshNeeds): NetworkRequests => {
  const { namespace } = order;
  const place = { group: GROUP, version: VERSION, namespace, plural: PLURAL };

  const lacks = async (member: Member, trouble: NetworkTrouble): Promise<string | null> => {
    if (!(await isInstalled(client))) return 'Chaos Mesh is not installed in this cluster, and nobody else drops packets here';
    const pod = await podOf(member);
    if (pod === null) return `${member.name} does not run`;
    if (pod.hostNetwork)
      return `${member.name} is on its machine's own network: Chaos Mesh would hit everything on that machine, and refuses to`;
    const cannot = lacksKind(trouble, order);
    if (cannot !== null) return cannot;
    for (const verb of ['create', 'get', 'delete']) {
      if (!(await may({ verb, group: GROUP, resource: PLURAL, namespace })))
        return `we may not ${verb} NetworkChaos in ${namespace}`;
    }
    return null;
  };

  const request = async (member: Member, id: string, trouble: NetworkTrouble, durationMs: number | null): Promise<void> => {
    const name = nameOf(member, id);
    const body = networkChaos(name, member, trouble, durationMs, order);
    await ask('make a NetworkChaos', client.custom.createNamespacedCustomObject({ ...place, body }));
    const deadline = performance.now() + OBEYS_WITHIN_MS;
    while (performance.now() < deadline) {
      const object = await ask('see the NetworkChaos', orNull(client.custom.getNamespacedCustomObject({ ...place, name })));
      const state = readState(object);
      if (state.injected) return;
      if (state.failure !== null) throw new ChaosError('not-available', `Chaos Mesh: ${state.failure}`);
      await sleep(POLL_MS);
    }
    throw new ChaosError(
      'not-available',
      `Chaos Mesh did not do it within ${OBEYS_WITHIN_MS / 1_000} s`,
      `see "kubectl describe networkchaos ${name} -n ${namespace}"`,
    );
  };

  const withdraw = async (member: Member, id: string): Promise<void> => {
    const name = nameOf(member, id);
    const see = () => ask('see the NetworkChaos', orNull(client.custom.getNamespacedCustomObject({ ...place, name })));
    // Where there is no such kind, none was made.
    if ((await see()) === null) return;
    await ask('remove the NetworkChaos', orNull(client.custom.deleteNamespacedCustomObject({ ...place, name })));
    const deadline = performance.now() + OBEYS_WITHIN_MS;
    // It holds the object until the last pod is as it was.
    while ((await see()) !== null) {
      if (performance.now() > deadline)
        throw new ChaosError(
          'not-healed',
          `Chaos Mesh has not taken back ${name} within ${OBEYS_WITHIN_MS / 1_000} s`,
          `see "kubectl describe networkchaos ${name} -n ${namespace}"`,
        );
      await sleep(POLL_MS);
    }
  };

  return { lacks, request, withdraw };
};

const isInstalled = async ({ custom }: KubernetesClient): Promise<boolean> =>
  (
    await ask('see which kinds of Chaos Mesh there are', orNull(custom.getAPIResources({ group: GROUP, version: VERSION })))
  )?.resources.some(({ name }) => name === PLURAL) ?? false;

const nameOf = ({ name }: Member, id: string): string => `swarm-${id}-${name}`;

/** What it can do at all, whichever pod it is. */
export const lacksKind = (trouble: NetworkTrouble, { selectors }: Pick<SettledOrder, 'selectors'>): string | null => {
  const { protocol, direction, burst = 1, onlyRedis = false } = trouble;
  if (onlyRedis) {
    if (selectors.redis === undefined) return 'it is not known which pods are Redis';
    return labelsOf(selectors.redis) === null
      ? 'Chaos Mesh finds pods by labels such as app=redis only: give such a selector for Redis'
      : null;
  }
  if (burst > 1) return 'Chaos Mesh drops each packet by itself, not in runs';
  if (protocol === 'both' && direction === 'out') return null;
  return 'Chaos Mesh takes all that a pod sends, and only that: write protocol: both and direction: out';
};

/** @param durationMs null: until it is removed, at most an hour */
export const networkChaos = (
  name: string,
  member: Pick<Member, 'name'>,
  trouble: NetworkTrouble,
  durationMs: number | null,
  { namespace, selectors }: Pick<SettledOrder, 'namespace' | 'selectors'>,
): object => ({
  apiVersion: `${GROUP}/${VERSION}`,
  kind: 'NetworkChaos',
  metadata: { name, namespace, labels: { 'app.kubernetes.io/managed-by': 'livekit-swarm' } },
  spec: {
    mode: 'all',
    selector: { pods: { [namespace]: [member.name] } },
    duration: `${Math.ceil((durationMs === null ? LONGEST_MS : durationMs + SPARE_MS) / 1_000)}s`,
    ...specOf(trouble, namespace, selectors.redis),
  },
});

const specOf = (trouble: NetworkTrouble, namespace: string, redis: string | undefined): object => {
  const { loss, delayMs = 0, jitterMs, reorder, rateBps, queueMs = QUEUE_MS, onlyRedis = false } = trouble;
  if (onlyRedis) {
    const selector = { namespaces: [namespace], labelSelectors: labelsOf(redis ?? '') ?? {} };
    return { action: 'partition', direction: 'both', target: { mode: 'all', selector } };
  }
  if (rateBps !== undefined) {
    // Tokens for at least one packet; behind that, what arrives within the queue's time.
    const bytes = rateBps / 8;
    const buffer = Math.max(LEAST_BUFFER, Math.round(bytes / 100));
    const bandwidth = { rate: `${Math.round(rateBps)}bit`, buffer, limit: Math.max(1, Math.round((bytes * queueMs) / 1_000)) };
    return { action: 'bandwidth', direction: 'to', bandwidth };
  }
  const delayed = delayMs > 0 || jitterMs !== undefined || reorder !== undefined;
  return {
    action: 'netem',
    direction: 'to',
    ...(loss === undefined ? {} : { loss: { loss: percent(loss), correlation: '0' } }),
    ...(delayed
      ? {
          delay: {
            latency: `${delayMs > 0 ? delayMs : (jitterMs ?? REORDER_MS)}ms`,
            jitter: `${jitterMs ?? 0}ms`,
            correlation: '0',
            // netem lets these go at once, while the others wait.
            ...(reorder === undefined ? {} : { reorder: { reorder: percent(reorder), correlation: '0', gap: 1 } }),
          },
        }
      : {}),
  };
};

/** Packets are overtaken only by those that need not wait. */
const REORDER_MS = 20;

const percent = (share: number): string => String(Math.round(share * 1_000_000) / 10_000);

/** Null for a selector that asks for more than that labels have values: what was left out would select more pods than meant. */
const labelsOf = (selector: string): Record<string, string> | null => {
  const labels: Record<string, string> = {};
  for (const term of selector.split(',')) {
    const [, key, value] = /^\s*([\w./-]+)\s*==?\s*([\w.-]+)\s*$/.exec(term) ?? [];
    if (key === undefined || value === undefined) return null;
    labels[key] = value;
  }
  return labels;
};

interface ChaosState {
  injected: boolean;
  /** In its own words. */
  failure: string | null;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const listOf = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.filter(isRecord) : []);

/** @param object as the API server has it */
export const readState = (object: unknown): ChaosState => {
  const status = isRecord(object) && isRecord(object.status) ? object.status : {};
  const holds = (type: string): boolean => listOf(status.conditions).some((one) => one.type === type && one.status === 'True');
  const experiment = isRecord(status.experiment) ? status.experiment : {};
  const events = listOf(experiment.containerRecords).flatMap(({ events }) => listOf(events));
  const failed = events.findLast(({ type }) => type === 'Failed');
  return { injected: holds('AllInjected'), failure: failed === undefined ? null : String(failed.message ?? 'it failed') };
};
