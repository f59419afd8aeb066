import type { Component, NetworkFault } from '../platform.ts';
import { chaosObject } from './chaos-object.ts';
import type { ResolvedKubernetesSpec } from './spec.ts';

/** Longest wait of a packet if the drill gives none, ms. */
const QUEUE_MS = 200;
const MIN_BUFFER = 10_000;

/** Reason for which Chaos Mesh cannot cause this fault in a pod; null: it can. */
export const whyUnsupported = (
  fault: NetworkFault,
  { selectors }: Pick<ResolvedKubernetesSpec, 'selectors'>,
): string | null => {
  const { protocol, direction, burst = 1, shared = true, onlyRedis = false } = fault;
  if (onlyRedis) {
    if (selectors.redis === undefined) return 'the label selector of the Redis pods is not known';
    return labelsOf(selectors.redis) === null
      ? 'Chaos Mesh selects pods by labels such as app=redis only: give such a selector for Redis'
      : null;
  }
  if (!shared)
    return 'Chaos Mesh limits all that a pod sends, not each participant: write shared: true';
  if (burst > 1) return 'Chaos Mesh drops packets individually, not in bursts';
  if (protocol === 'both' && direction === 'out') return null;
  return 'Chaos Mesh impairs all that a pod sends, and only that: write protocol: both and direction: out';
};

/** @param expiresAfterMs time until Chaos Mesh removes it, ms; null: an hour */
export const networkChaos = (
  name: string,
  component: Pick<Component, 'name'>,
  fault: NetworkFault,
  expiresAfterMs: number | null,
  { namespace, selectors }: Pick<ResolvedKubernetesSpec, 'namespace' | 'selectors'>,
): object =>
  chaosObject(
    'NetworkChaos',
    { name, pod: component.name, namespace },
    expiresAfterMs,
    specOf(fault, namespace, selectors.redis),
  );

const specOf = (fault: NetworkFault, namespace: string, redis: string | undefined): object => {
  const {
    loss,
    delayMs = 0,
    jitterMs,
    reorder,
    rateBps,
    queueMs = QUEUE_MS,
    onlyRedis = false,
  } = fault;
  if (onlyRedis) {
    const selector = { namespaces: [namespace], labelSelectors: labelsOf(redis ?? '') ?? {} };
    return { action: 'partition', direction: 'both', target: { mode: 'all', selector } };
  }
  if (rateBps !== undefined) {
    // Tokens for at least one packet, plus those for the packets of the queue's time.
    const bytes = rateBps / 8;
    const buffer = Math.max(MIN_BUFFER, Math.round(bytes / 100));
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
            // netem sends these packets at once, while the others wait.
            ...(reorder === undefined
              ? {}
              : { reorder: { reorder: percent(reorder), correlation: '0', gap: 1 } }),
          },
        }
      : {}),
  };
};

/** Delay of the other packets, ms: only delayed packets can be overtaken. */
const REORDER_MS = 20;

const percent = (share: number): string => String(Math.round(share * 1_000_000) / 10_000);

/**
 * Labels of a selector; null for a selector that is not a list of `label=value`: a part of it would
 * select more pods.
 */
const labelsOf = (selector: string): Record<string, string> | null => {
  const labels: Record<string, string> = {};
  for (const term of selector.split(',')) {
    const [, key, value] = /^\s*([\w./-]+)\s*==?\s*([\w.-]+)\s*$/.exec(term) ?? [];
    if (key === undefined || value === undefined) return null;
    labels[key] = value;
  }
  return labels;
};
