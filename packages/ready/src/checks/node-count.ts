import type { Check } from '@livekit-swarm/verify';

type Facts = Parameters<Check['run']>[0];

/** Number of nodes that take rooms; null: not known. */
export type CountNodes = (facts: Facts) => Promise<number | null>;

/** Age of a node's entry in Redis after which the node has ended, s. */
const STALE_SECONDS = 30;

/**
 * Counts nodes.
 * @param given number by the user; null: nodes are counted in Redis
 */
export const nodeCounter =
  (given: number | null): CountNodes =>
  async ({ registered }) => {
    if (given !== null) return given;
    const nowSeconds = Date.now() / 1_000;
    return (
      (await registered())?.filter(
        ({ state, updatedAt }) => state === 'serving' && nowSeconds - updatedAt < STALE_SECONDS,
      ).length ?? null
    );
  };
