import { connectRegistry, isStale, type ReportedNode } from '@livekit-swarm/livekit';
import { messageOf, withoutSecrets } from '@livekit-swarm/settings';
import { type NodeReading, type ServerSource, SourceError } from './server-source.ts';

/** Answers of Redis if a password is missing or wrong, or its user may not read. */
const REFUSED = /NOAUTH|WRONGPASS|NOPERM/;

/**
 * Creates the source that reads the figures of the nodes in LiveKit's Redis, where nodes write them
 * every two seconds. It writes nothing there.
 */
export const redisSource = (url: string, now: () => number = Date.now): ServerSource => {
  const registry = connectRegistry(url);
  const where = withoutSecrets(url);
  const names = createNodeNames();
  const reported = new Map<string, number>();

  /** Nodes that have reported since the last reading. */
  const news = (nodes: readonly ReportedNode[]): ReportedNode[] =>
    nodes.filter(({ id, updatedAt }) => {
      const isNew = updatedAt !== reported.get(id);
      reported.set(id, updatedAt);
      return isNew;
    });

  return {
    name: 'redis',
    where,
    sample: async () => {
      const all = await registry.nodes().catch((error: unknown) => {
        const text = messageOf(error);
        if (REFUSED.test(text))
          throw new SourceError('unauthorized', `${where} refuses the credentials`);
        if (/timed? ?out/i.test(text))
          throw new SourceError('timeout', `${where} does not answer in time`);
        throw new SourceError('unreachable', `${where} cannot be reached (${text})`);
      });
      const nodes = all.filter((node) => !isStale(node, now()));
      if (nodes.length === 0)
        throw new SourceError(
          'not_livekit',
          `no node reports in ${where}: it is not the Redis of this deployment, or no node runs`,
        );
      return news(nodes).map((node) => readingOf(node, names(node, nodes), now()));
    },
    close: () => registry.close(),
  };
};

const readingOf = (
  { id, updatedAt, stats }: ReportedNode,
  name: string,
  nowMs: number,
): NodeReading => ({
  id,
  name,
  measuredAtMs: updatedAt * 1_000,
  ageMs: Math.max(0, nowMs - updatedAt * 1_000),
  ofHost: true,
  figures: {
    cpuCores: stats.cpuCores,
    memoryBytes: stats.memoryBytes,
    rooms: stats.rooms,
    participants: stats.clients,
    tracks: stats.tracksIn,
    subscriptions: stats.tracksOut,
    bytesUp: stats.bytesIn,
    bytesDown: stats.bytesOut,
    packetsUp: stats.packetsIn,
    packetsDown: stats.packetsOut,
    drops: stats.sysPacketsDropped,
  },
});

/**
 * Names of the nodes, which never change: the IP, which outlives a restart, unless several nodes
 * share it.
 */
const createNodeNames = (): ((node: ReportedNode, all: readonly ReportedNode[]) => string) => {
  const known = new Map<string, string>();
  return ({ id, ip }, all) => {
    const isAlone = ip !== '' && all.filter((other) => other.ip === ip).length === 1;
    const name = known.get(id) ?? (isAlone ? ip : id);
    known.set(id, name);
    return name;
  };
};
