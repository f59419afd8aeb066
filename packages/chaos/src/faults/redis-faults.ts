import { SwarmError } from '@livekit-swarm/settings';
import { Redis } from 'ioredis';
import type { Component, Platform, RedisPath } from '../targets/platform.ts';
import { addRules, firstLine, removeTables, tableName } from './effects/nft-table.ts';
import { requestedTraffic } from './effects/packet-rules.ts';
import { forAll, missingAny } from './effects/process-control.ts';
import { type DescribedFault, type NoParams, noParams } from './fault.ts';

/** A FLUSHALL, or a failover to an empty replica: Redis runs, and knows no room, node or route. */
export const redisFlush: DescribedFault<NoParams> = {
  name: 'redis-flush',
  description: 'FLUSHALL: deletes all keys',
  rollbackDescription:
    'nothing to roll back: nodes register again on their own; rooms that were registered stay unknown',
  requires: [],
  targets: ['redis'],
  params: noParams,
  lasts: false,
  durationOf: () => 0,
  unavailable: async (_target, component) =>
    portOf(component) === null ? `the port of ${component.name} is not known` : null,
  inject: ({ platform, components }) =>
    forAll(components, (component) => flushRedis(platform, component)),
  rollback: async () => {},
};

/**
 * FLUSHALL, over TCP where the component is on this host, else with its own redis-cli. A password
 * comes from REDISCLI_AUTH.
 * @throws SwarmError `fault_unavailable` with the message of Redis
 */
const flushRedis = async (platform: Platform, component: Component): Promise<void> => {
  const port = portOf(component);
  if (port === null)
    throw new SwarmError('fault_unavailable', `the port of ${component.name} is not known`);
  if (platform.kind === 'process') return flushFromHere(component, port);
  const result = await platform.run(component, ['redis-cli', '-p', String(port), 'FLUSHALL']);
  // redis-cli exits with 0 for a rejected command, too.
  if (result.code !== 0 || !/^OK\b/m.test(result.stdout))
    throw rejected(component, firstLine(result));
};

const TIMEOUT_MS = 3_000;

const flushFromHere = async (component: Component, port: number): Promise<void> => {
  const { REDISCLI_AUTH } = process.env;
  const redis = new Redis({
    host: hostOf(component),
    port,
    lazyConnect: true,
    connectTimeout: TIMEOUT_MS,
    commandTimeout: TIMEOUT_MS,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    ...(REDISCLI_AUTH !== undefined && { password: REDISCLI_AUTH }),
  });
  redis.on('error', () => {});
  try {
    await redis.connect();
    await redis.flushall();
  } catch (error) {
    throw rejected(component, error instanceof Error ? error.message : String(error));
  } finally {
    redis.disconnect();
  }
};

const portOf = ({ ports }: Component): number | null => ports?.tcp[0] ?? null;

const hostOf = ({ ports }: Component): string => {
  const address = ports?.address ?? '127.0.0.1';
  return address === '0.0.0.0' || address.includes('/') ? '127.0.0.1' : address;
};

const rejected = ({ name }: Component, why: string): SwarmError =>
  new SwarmError(
    'fault_unavailable',
    `${name} rejected FLUSHALL: ${why}`,
    'check that it runs; if it needs a password, set REDISCLI_AUTH',
  );

/** A node loses its Redis while others keep theirs: both directions, open and new connections. */
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
