import type { ServerLine } from '@livekit-swarm/record';
import { addCounts, FIRST_NODE_SHARD } from '../summary/fold-server.ts';
import type { SecondMetrics } from './second-metrics.ts';

/** What a node received and sent. */
export const measureServer = (second: SecondMetrics, line: ServerLine, shard: number): void =>
  addCounts(second, line, { shard, steady: true });

/** More lines than a chart shows well: of further nodes only the total is followed. */
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

/** Numbers the nodes of a run, in the order they appear. */
export class ServerNodes {
  readonly #order = new Map<string, number>();
  /** What the last line of each had: a node is not asked for everything as often. */
  readonly #held = new Map<string, Record<string, number>>();

  shardOf({ node }: ServerLine): number {
    const index = this.#order.get(node) ?? this.#order.size;
    this.#order.set(node, index);
    return FIRST_NODE_SHARD - index;
  }

  /**
   * Levels of a node at the end of an interval, to be added up over nodes: `server cpu` (cores), `server memory` (bytes), …; and for
   * the first nodes the same with their name: `server cpu of node-1`.
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
