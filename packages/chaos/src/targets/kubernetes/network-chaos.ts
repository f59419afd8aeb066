import type { Component, NetworkFault } from '../target.ts';
import type { ResolvedKubernetesSpec } from './spec.ts';

export const GROUP = 'chaos-mesh.org';
export const VERSION = 'v1alpha1';
export const PLURAL = 'networkchaos';

/** Healing is what ends it; this is for when nobody heals. */
const SPARE_MS = 60_000;
const LONGEST_MS = 3_600_000;
/** Of a packet that waits for its turn, where the drill says nothing, ms. */
const QUEUE_MS = 200;
const LEAST_BUFFER = 10_000;

/** What it can do at all, whichever pod it is. */
export const missingKind = (
  trouble: NetworkFault,
  { selectors }: Pick<ResolvedKubernetesSpec, 'selectors'>,
): string | null => {
  const { protocol, direction, burst = 1, shared = true, onlyRedis = false } = trouble;
  if (onlyRedis) {
    if (selectors.redis === undefined) return 'it is not known which pods are Redis';
    return labelsOf(selectors.redis) === null
      ? 'Chaos Mesh finds pods by labels such as app=redis only: give such a selector for Redis'
      : null;
  }
  if (!shared)
    return 'Chaos Mesh has one link for all that a pod sends, not one for each participant: write shared: true';
  if (burst > 1) return 'Chaos Mesh drops packets individually, not in bursts';
  if (protocol === 'both' && direction === 'out') return null;
  return 'Chaos Mesh takes all that a pod sends, and only that: write protocol: both and direction: out';
};

/** @param durationMs null: until it is removed, at most an hour */
export const networkChaos = (
  name: string,
  member: Pick<Component, 'name'>,
  trouble: NetworkFault,
  durationMs: number | null,
  { namespace, selectors }: Pick<ResolvedKubernetesSpec, 'namespace' | 'selectors'>,
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

const specOf = (trouble: NetworkFault, namespace: string, redis: string | undefined): object => {
  const {
    loss,
    delayMs = 0,
    jitterMs,
    reorder,
    rateBps,
    queueMs = QUEUE_MS,
    onlyRedis = false,
  } = trouble;
  if (onlyRedis) {
    const selector = { namespaces: [namespace], labelSelectors: labelsOf(redis ?? '') ?? {} };
    return { action: 'partition', direction: 'both', target: { mode: 'all', selector } };
  }
  if (rateBps !== undefined) {
    // Tokens for at least one packet; behind that, what arrives within the queue's time.
    const bytes = rateBps / 8;
    const buffer = Math.max(LEAST_BUFFER, Math.round(bytes / 100));
    const bandwidth = {
      rate: `${Math.round(rateBps)}bit`,
      buffer,
      limit: Math.max(1, Math.round((bytes * queueMs) / 1_000)),
    };
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
            ...(reorder === undefined
              ? {}
              : { reorder: { reorder: percent(reorder), correlation: '0', gap: 1 } }),
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

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
const listOf = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value) ? value.filter(isRecord) : [];

/** @param object as the API server has it */
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
