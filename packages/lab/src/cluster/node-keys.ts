/** API keys of the nodes of a lab, which may be rotated one node at a time. */
import type { ApiCredentials } from '../server/credentials.ts';

/** Sets of API keys that a node accepts, in the order of a rotation. */
export const KEY_SETS = ['first', 'both', 'second'] as const;

export type KeySet = (typeof KEY_SETS)[number];

/** Pairs of keys that a node accepts. It signs its webhooks with the first of them. */
export type KeyPairs = readonly [ApiCredentials, ...ApiCredentials[]];

/** API keys of nodes. A change takes effect at the next start of the node. */
export interface NodeKeys {
  of(node: string): KeySet;
  /** Pairs that a node accepts from its next start on. */
  pairsOf(node: string): KeyPairs;
  /** @throws SwarmError `no_service` for a service that is not a node */
  use(node: string, keys: KeySet): void;
}

/**
 * @param apply describes the node's service again; throws for an unknown node
 */
export const createNodeKeys = (
  { first, second }: Record<'first' | 'second', ApiCredentials>,
  apply: (node: string, pairs: KeyPairs) => void,
): NodeKeys => {
  const pairs: Record<KeySet, KeyPairs> = {
    first: [first],
    both: [first, second],
    second: [second],
  };
  const present = new Map<string, KeySet>();
  const of = (node: string): KeySet => present.get(node) ?? 'first';
  return {
    of,
    pairsOf: (node) => pairs[of(node)],
    use: (node, keys) => {
      apply(node, pairs[keys]);
      present.set(node, keys);
    },
  };
};
