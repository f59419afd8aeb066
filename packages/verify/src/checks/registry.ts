import type { ReportedNode } from '@livekit-swarm/livekit';
import { type Check, type CheckResult, found, passed, skipped } from '../check.ts';
import { isAnnounced } from '../facts/facts.ts';
import { ENDED_SECONDS, entryAge } from '../facts/registered-nodes.ts';

export interface RegistryFacts {
  registered: readonly ReportedNode[];
  /** Ids of the nodes that participants joined. */
  reached: readonly string[];
  nowMs: number;
}

export const registryRule = ({ registered, reached, nowMs }: RegistryFacts): CheckResult => {
  const ids = new Set(registered.map(({ id }) => id));
  const unregistered = reached.filter((id) => !ids.has(id));
  if (unregistered.length > 0)
    return found('error', [
      `${unregistered.join(', ')} took participants, and this Redis does not know it: it knows ${[...ids].join(', ') || 'no node'}`,
    ]);
  const age = (node: ReportedNode): number => Math.round(entryAge(node, nowMs));
  const stale = registered.filter((node) => age(node) > ENDED_SECONDS);
  if (stale.length > 0)
    return found(
      'warning',
      stale.map(
        (node) => `${node.id} (${node.ip}) is registered, and last reported ${age(node)} s ago`,
      ),
      'restart the node if it should be there. Of one that was killed, livekit-server removes the entry at its next start on that host; redis-cli HDEL nodes ID removes it now',
    );
  return passed(`${registered.length} nodes are registered, and every node reached is among them`);
};

export const registry: Check = {
  id: 'registry',
  title: 'The nodes in Redis are those that take participants',
  severities: ['error', 'warning'],
  cause:
    'A node has another redis.address or redis.db than the others, or a node ended without removing itself from Redis, and its rooms are still assigned to it',
  fix: 'give every node the same redis.address and redis.db',
  needs: ['nodes'],
  run: async ({ registered, nodes }) => {
    const all = await registered();
    if (all === null) return skipped('give the Redis of the nodes: --redis');
    const reached = (await nodes()).flatMap(({ joined }) =>
      isAnnounced(joined) ? [joined.node] : [],
    );
    return registryRule({ registered: all, reached, nowMs: Date.now() });
  },
};
