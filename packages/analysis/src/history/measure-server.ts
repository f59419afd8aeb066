import type { ServerLine } from '@livekit-swarm/record';
import { addHostCounts, addMediaCounts, FIRST_NODE_SHARD } from '../summary/fold-server.ts';
import type { SecondMetrics } from './second-metrics.ts';

/** Adds the media counters of a node to a second. */
export const measureServer = (second: SecondMetrics, line: ServerLine, shard: number): void =>
  addMediaCounts(second, line, { shard, steady: true });

/** Adds the counters of a node's host to a second. */
export const measureHost = (second: SecondMetrics, line: ServerLine, shard: number): void =>
  addHostCounts(second, line, { shard, steady: true });

/**
 * Largest number of nodes with a line each, as many as a chart can show; further nodes count only
 * in the total.
 */
const MAX_NODES = 6;

const NAMES = {
  cpuCores: 'cpu',
  memoryBytes: 'memory',
  goroutines: 'goroutines',
  rooms: 'rooms',
  participants: 'participants',
  tracks: 'tracks',
  subscriptions: 'subscriptions',
} as const;

/** Nodes of a run, numbered in their order of appearance. */
export class ServerNodes {
  readonly #order = new Map<string, number>();
  /** Last known levels of each node: some figures are read less often than others. */
  readonly #held = new Map<string, Record<string, number>>();

  shardOf({ node }: ServerLine): number {
    const index = this.#order.get(node) ?? this.#order.size;
    this.#order.set(node, index);
    return FIRST_NODE_SHARD - index;
  }

  /**
   * Levels of a node at the end of an interval, to be summed over nodes: `server cpu` (cores),
   * `server memory` (bytes), …; the first nodes also have levels with their own name: `server cpu
   * of node-1`.
   */
  levelsOf(line: ServerLine): Record<string, number> {
    const { node } = line;
    const levels: Record<string, number> = { ...this.#held.get(node) };
    for (const [field, name] of Object.entries(NAMES) as [keyof typeof NAMES, string][]) {
      const value = line[field];
      if (value !== undefined) levels[name] = value;
    }
    this.#held.set(node, levels);
    const isShown = (this.#order.get(node) ?? 0) < MAX_NODES;
    return Object.fromEntries(
      Object.entries(levels).flatMap(([name, value]) => [
        [`server ${name}`, value],
        ...(isShown ? [[`server ${name} of ${node}`, value]] : []),
      ]),
    );
  }
}
