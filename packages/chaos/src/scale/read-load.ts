import { connectRegistry } from '@livekit-swarm/livekit';
import { metricsSource } from '@livekit-swarm/runner';
import type { DrillDeployment } from '../execute/deployment.ts';
import type { ScaleMetric } from './scaler-file.ts';

/** State of a cluster as a scaler reads it. */
export interface ClusterReading {
  /** Load by component, in the unit of the metric; absent: it has none. */
  load: ReadonlyMap<string, number>;
  /** Rooms with participants, by component. */
  rooms: ReadonlyMap<string, readonly string[]>;
  /** ID of the node of each room, also of those without participants. */
  placed: ReadonlyMap<string, string>;
  /** IDs of nodes that take part in the cluster. */
  serving: ReadonlySet<string>;
}

export interface ClusterReader {
  /**
   * @param names components by the IDs of their nodes
   * @param ending components of them that may end at any time, and need not answer
   * @throws Error when the cluster, or a node that is asked for its CPU, does not answer
   */
  read(names: ReadonlyMap<string, string>, ending?: ReadonlySet<string>): Promise<ClusterReading>;
  close(): void;
}

const CPU_TIMEOUT_MS = 2_000;

/**
 * Reads rooms and participants by node from the registry in Redis, or the CPU time of each node. The
 * API counts participants only every five seconds, which a timetable that is compressed to seconds
 * outruns; livekit_participant_total counts one on the node of its signal connection, too.
 */
export const createClusterReader = (
  { redisUrl, nodeMetrics = [] }: Pick<DrillDeployment, 'redisUrl' | 'nodeMetrics'>,
  metric: ScaleMetric,
): ClusterReader => {
  if (redisUrl === null) throw new RangeError('a cluster without a registry');
  const registry = connectRegistry(redisUrl);
  const meters = new Map(
    nodeMetrics.map(({ name, url }) => [name, createCpuMeter(metricsSource(url, name))]),
  );
  return {
    read: async (names, ending = new Set()) => {
      const view = await registry.look();
      const placed = [...view.rooms].flatMap(([room, id]) => {
        const component = names.get(id);
        return component === undefined ? [] : [{ room, component }];
      });
      const participants = await registry.participants(placed.map(({ room }) => room));
      const load = new Map<string, number>();
      const rooms = new Map<string, string[]>();
      for (const { room, component } of placed) {
        const count = participants.get(room) ?? 0;
        if (count === 0) continue;
        rooms.set(component, [...(rooms.get(component) ?? []), room]);
        load.set(component, (load.get(component) ?? 0) + (metric === 'rooms' ? 1 : count));
      }
      if (metric === 'cpu') {
        load.clear();
        for (const component of names.values()) {
          const cores = await meters
            .get(component)?.()
            // A node that is silent is not idle: its load is unknown.
            .catch((error: unknown) => {
              if (ending.has(component)) return undefined;
              throw error;
            });
          if (cores !== undefined) load.set(component, cores);
        }
      }
      const serving = [...view.nodes.values()].filter(({ state }) => state === 'serving');
      return { load, rooms, placed: view.rooms, serving: new Set(serving.map(({ id }) => id)) };
    },
    close: () => registry.close(),
  };
};

/** Cores in use since the last reading; 0 at the first one of a process. */
const createCpuMeter = (source: ReturnType<typeof metricsSource>) => {
  let last: { id: string | null; seconds: number; atMs: number } | null = null;
  return async (): Promise<number> => {
    const [reading] = await source.sample(AbortSignal.timeout(CPU_TIMEOUT_MS));
    const seconds = reading?.figures.cpuSeconds;
    if (reading === undefined || seconds === undefined)
      throw new Error(`${source.where ?? source.name} does not report CPU`);
    const before = last;
    last = { id: reading.id, seconds, atMs: reading.measuredAtMs };
    if (before === null || before.id !== last.id) return 0;
    return (1_000 * (seconds - before.seconds)) / Math.max(1, last.atMs - before.atMs);
  };
};
