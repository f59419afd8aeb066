import { setTimeout as sleep } from 'node:timers/promises';
import { type NodeReading, type ServerSource, SourceError } from './server-source.ts';

/** Figures of a deployment's nodes while they have no participants. */
export interface IdleServer {
  nodes: readonly NodeReading[];
  /** True if all rooms were gone and the number of goroutines had stopped changing in time. */
  isIdle: boolean;
  waitedMs: number;
}

export interface IdleServerOptions {
  sources: readonly ServerSource[];
  /** Number of rooms of other users, which stay open. */
  foreignRooms: number;
  /** Longest time to wait, ms. */
  settleMs: number;
  /** Interval between two readings, ms. Default: a second. */
  intervalMs?: number;
  signal: AbortSignal;
}

const INTERVAL_MS = 1_000;
/** Time within which a source must answer, ms. */
const TIMEOUT_MS = 3_000;
/** Number of readings over which the number of goroutines must not change. */
const STILL_READINGS = 5;
/**
 * Largest change of the number of goroutines that counts as none: timers and connections of the
 * server itself change it.
 */
const STILL_WITHIN = 3;

/**
 * Waits until the nodes have neither rooms nor goroutines that will end, and reads them. A source
 * that does not answer may be busy, so it is asked again while there is time.
 * @throws Error of the signal; SourceError if a source does not answer at the end either
 */
export const readIdleServer = async (options: IdleServerOptions): Promise<IdleServer> => {
  const { sources, foreignRooms, settleMs, intervalMs = INTERVAL_MS, signal } = options;
  const startedAt = performance.now();
  /** Numbers of goroutines of all nodes in the last readings. */
  const lately: number[] = [];
  for (;;) {
    const nodes = await readNodes(sources, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      if (!(error instanceof SourceError) || performance.now() - startedAt >= settleMs) throw error;
      return null;
    });
    if (nodes === null) {
      lately.length = 0;
      await sleep(intervalMs, undefined, { signal });
      continue;
    }
    const rooms = sumOf(nodes, ({ figures }) => figures.rooms);
    lately.push(sumOf(nodes, ({ figures }) => figures.goroutines) ?? 0);
    if (lately.length > STILL_READINGS) lately.shift();
    const isStill =
      lately.length === STILL_READINGS && Math.max(...lately) - Math.min(...lately) <= STILL_WITHIN;
    const isIdle = isStill && rooms !== null && rooms <= foreignRooms;
    const waitedMs = performance.now() - startedAt;
    if (isIdle || waitedMs >= settleMs) return { nodes, isIdle, waitedMs };
    await sleep(intervalMs, undefined, { signal });
  }
};

/** Reads each node once. Of several sources, the first one has precedence for each figure. */
const readNodes = async (
  sources: readonly ServerSource[],
  signal: AbortSignal,
): Promise<NodeReading[]> => {
  const nodes = new Map<string, NodeReading>();
  for (const source of sources) {
    const timeout = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    for (const reading of await source.sample(timeout)) {
      const name = reading.name ?? reading.id ?? 'livekit-server';
      const known = nodes.get(name);
      nodes.set(
        name,
        known === undefined
          ? { ...reading, name }
          : {
              ...known,
              id: known.id ?? reading.id,
              figures: { ...reading.figures, ...known.figures },
            },
      );
    }
  }
  return [...nodes.values()];
};

/** Sum over all nodes; null if a node lacks the figure. */
const sumOf = (
  nodes: readonly NodeReading[],
  figure: (node: NodeReading) => number | undefined,
): number | null =>
  nodes.reduce<number | null>((total, node) => {
    const value = figure(node);
    return total === null || value === undefined ? null : total + value;
  }, 0);
