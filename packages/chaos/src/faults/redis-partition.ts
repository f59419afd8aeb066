import type { RedisPath } from '../targets/target.ts';
import { addRules, removeTables, tableName } from './effects/nft-table.ts';
import { forAll, missingAny } from './effects/process-control.ts';
import type { DescribedFault } from './fault.ts';
import { type NoParams, noParams } from './fault.ts';

/** A node that loses its Redis while others keep theirs: both directions, connections that are open and those that are tried anew. */
export const redisPartition: DescribedFault<NoParams> = {
  name: 'redis-partition',
  description: 'the node and Redis do not reach each other; other nodes do',
  rollbackDescription: 'the rules are removed',
  requires: ['packets'],
  targets: ['node'],
  params: noParams,
  lasts: true,
  unavailable: async (target, member) =>
    member.redis === undefined
      ? `it is not known how ${member.name} reaches Redis, so that its connections cannot be told from those of others`
      : missingAny(target, member, ['packets']),
  inject: ({ platform, components, id }) =>
    forAll(components, async (member) => {
      if (member.redis !== undefined)
        await addRules(platform, member, partitionRules(id, member.redis));
    }),
  rollback: ({ platform, components, id }) =>
    forAll(components, (member) => removeTables(platform, member, id)),
};

/** TCP does not tell its user that a packet was dropped on its way out: it sends again, as it does when one is lost. */
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
