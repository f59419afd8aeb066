import type { RedisPath } from '../targets/platform.ts';
import { addRules, removeTables, tableName } from './effects/nft-table.ts';
import { forAll, missingAny } from './effects/process-control.ts';
import { requestedTraffic } from './effects/requested-traffic.ts';
import { type NoParams, noParams } from './fault.ts';

/** A node loses its Redis while other nodes keep theirs: both directions, open connections and new ones. */
export const redisPartition = requestedTraffic<NoParams>(
  {
    name: 'redis-partition',
    description: 'blocks traffic between this node and Redis; other nodes keep their connection',
    rollbackDescription: 'remove the rules',
    requires: ['packet_filter'],
    targets: ['node'],
    params: noParams,
    lasts: true,
    unavailable: async (platform, component) =>
      component.redis === undefined
        ? `the path from ${component.name} to Redis is not known: its connections cannot be selected`
        : missingAny(platform, component, ['packet_filter']),
    inject: ({ platform, components, id }) =>
      forAll(components, async (component) => {
        if (component.redis !== undefined)
          await addRules(platform, component, partitionRules(id, component.redis));
      }),
    rollback: ({ platform, components, id }) =>
      forAll(components, (component) => removeTables(platform, component, id)),
  },
  () => ({ protocol: 'both', direction: 'both', onlyRedis: true }),
);

/** TCP does not notice a packet dropped on its way out: it retransmits, as after a loss. */
export const partitionRules = (id: string, path: RedisPath): string => {
  const { port } = path;
  return `table inet ${tableName(id)} {
  chain arriving {
    type filter hook input priority -10; policy accept;
    ${from(path)}tcp sport ${port} counter drop
  }
  chain leaving {
    type filter hook output priority -10; policy accept;
    ${to(path)}tcp dport ${port} counter drop
  }
}
`;
};

const from = (path: RedisPath): string =>
  `${path.address === null ? '' : `ip saddr ${path.address} `}${ofGroup(path)}`;
const to = (path: RedisPath): string =>
  `${path.address === null ? '' : `ip daddr ${path.address} `}${ofGroup(path)}`;

const ofGroup = ({ cgroup }: RedisPath): string => {
  if (cgroup === null) return '';
  const parts = cgroup.split('/').filter((part) => part !== '');
  return `socket cgroupv2 level ${parts.length} "${parts.join('/')}" `;
};
