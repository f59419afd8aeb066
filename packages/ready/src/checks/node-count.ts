import { type Check, servingNodes } from '@livekit-swarm/verify';

type Facts = Parameters<Check['run']>[0];

/** Number of nodes that take rooms; null: not known. */
export type CountNodes = (facts: Facts) => Promise<number | null>;

/**
 * Counts nodes.
 * @param given number by the user; null: nodes are counted in Redis
 */
export const nodeCounter =
  (given: number | null): CountNodes =>
  async ({ registered }) => {
    if (given !== null) return given;
    const nodes = await registered();
    return nodes === null ? null : servingNodes(nodes, Date.now()).length;
  };
