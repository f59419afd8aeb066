import { explain, hasErrorCode, SwarmError, strict, whole, word } from '@livekit-swarm/settings';
import type { z } from 'zod';
import type { Component, Platform, RedisPath } from '../targets/platform.ts';
import { accessRedis, type RedisAccess, redisPort } from '../targets/redis-access.ts';
import { nothingToFind } from './effects/effect-check.ts';
import {
  addRules,
  findRules,
  removeTables,
  removeTablesStep,
  tableName,
} from './effects/nft-table.ts';
import { requestedTraffic } from './effects/packet-rules.ts';
import { forAll, missingAny } from './effects/process-control.ts';
import { type DescribedFault, type NoParams, noParams } from './fault.ts';

const MAX_DATABASES = 1_024;

const flushParams = strict({
  otherKeys: word(['refuse', 'keep', 'delete'], 'treatment of other keys')
    .default('refuse')
    .describe(
      "Keys in LiveKit's database that LiveKit does not know. refuse: the fault is not available; keep: only LiveKit's own keys are deleted; delete: FLUSHDB.",
    ),
  database: whole(0, MAX_DATABASES)
    .optional()
    .describe(
      'Number of the database. Default: the only one in which nodes of LiveKit are registered.',
    ),
});

type FlushParams = z.output<typeof flushParams>;

/**
 * Flush of Redis, as by mistake or a failover to an empty replica: Redis runs, without any room,
 * node or route.
 */
export const redisFlush: DescribedFault<FlushParams> = {
  name: 'redis-flush',
  description: "deletes LiveKit's keys, in LiveKit's database only",
  rollbackDescription:
    'nothing to roll back: nodes register again on their own; rooms that were registered stay unknown',
  requires: [],
  targets: ['redis'],
  params: flushParams,
  example: {},
  lasts: false,
  durationOf: () => 0,
  unavailable: async (platform, component, params) => {
    if (redisPort(component) === null) return `the port of ${component.name} is not known`;
    try {
      return whyNotFlushed(await surveyRedis(platform, component, params), component, params);
    } catch (error) {
      if (hasErrorCode(error, 'fault_unavailable')) return explain(error);
      throw error;
    }
  },
  preview: async (platform, component, params) => {
    const survey = await surveyRedis(platform, component, params);
    const [found] = survey;
    if (found === undefined || survey.length > 1) return [];
    const { database, livekitKeys, otherKeys } = found;
    const deletes = params.otherKeys === 'delete' ? [...livekitKeys, ...otherKeys] : livekitKeys;
    return [`database ${database} of ${component.name}: ${listKeys(deletes)}`];
  },
  inject: ({ platform, components, params }) =>
    forAll(components, (component) => flushRedis(platform, component, params)),
  // No effect is left to check: nodes register again at once.
  missingEffect: nothingToFind,
  rollbackSteps: () => [],
  rollback: async () => {},
};

/** Keys of one database. */
interface DatabaseKeys {
  database: number;
  livekitKeys: string[];
  otherKeys: string[];
}

/** Finds the database to flush; several or none if it is not certain. */
const surveyRedis = async (
  platform: Platform,
  component: Component,
  params: FlushParams,
): Promise<DatabaseKeys[]> => {
  await using redis = accessRedis(platform, component);
  return surveyDatabases(redis, params);
};

const surveyDatabases = async (
  redis: RedisAccess,
  { database }: FlushParams,
): Promise<DatabaseKeys[]> => {
  const found: DatabaseKeys[] = [];
  await redis.expectSingle();
  for (const number of await redis.databases()) {
    if (database !== undefined && database !== number) continue;
    if ((await redis.nodeIds(number)).length === 0) continue;
    const livekitKeys: string[] = [];
    const otherKeys: string[] = [];
    for await (const keys of redis.keys(number))
      for (const key of keys) (isLiveKitKey(key) ? livekitKeys : otherKeys).push(key);
    found.push({ database: number, livekitKeys, otherKeys });
  }
  return found;
};

/**
 * Keys of livekit-server 1.13 (`redisstore.go`, `redisstore_sip.go`, `redisrouter.go`) and of
 * psrpc, whose locks are SHA-256 in base64.
 */
const LIVEKIT_KEY =
  /^(nodes|room_node_map|livekit_version|rooms|room_internal|(ended_)?egress|ingress|\{ingress\}_stream_key|sip_(trunk|inbound_trunk|outbound_trunk|dispatch_rule)|(room_participants|room_lock|egress:room|\{ingress\}_state|room_\{ingress\}|agent_dispatch|agent_job):.*|[A-Za-z0-9+/]{43}=)$/s;

export const isLiveKitKey = (key: string): boolean => LIVEKIT_KEY.test(key);

/** Reason for which LiveKit's keys cannot be deleted without touching others; null: they can. */
const whyNotFlushed = (
  survey: readonly DatabaseKeys[],
  { name }: Component,
  { otherKeys: treatment, database }: FlushParams,
): string | null => {
  const [found, ...rest] = survey;
  if (found === undefined)
    return `no node of LiveKit is registered in ${database === undefined ? 'any database' : `database ${database}`} of ${name}`;
  if (rest.length > 0)
    return `nodes of LiveKit are registered in databases ${survey.map(({ database: number }) => number).join(', ')} of ${name}: add with: { database: N }`;
  if (treatment !== 'refuse' || found.otherKeys.length === 0) return null;
  return `database ${found.database} of ${name} holds keys that LiveKit does not know: ${listKeys(found.otherKeys)}; keep them (with: { otherKeys: keep }) or delete them (delete)`;
};

const SHOWN_KEYS = 12;

/** Formats a list of keys: `5 keys (nodes, rooms, …)`. */
const listKeys = (keys: readonly string[]): string => {
  const shown = [...keys].sort().slice(0, SHOWN_KEYS).join(', ');
  const rest = keys.length > SHOWN_KEYS ? ', …' : '';
  return `${keys.length} key${keys.length === 1 ? '' : 's'} (${shown}${rest})`;
};

/**
 * Flushes from this host if the component runs on it, otherwise with its own redis-cli and the
 * password in REDISCLI_AUTH.
 * @throws SwarmError `fault_unavailable`
 */
const flushRedis = async (
  platform: Platform,
  component: Component,
  params: FlushParams,
): Promise<void> => {
  await using redis = accessRedis(platform, component);
  const survey = await surveyDatabases(redis, params);
  const why = whyNotFlushed(survey, component, params);
  if (why !== null) throw new SwarmError('fault_unavailable', why);
  for (const { database, livekitKeys } of survey) {
    if (params.otherKeys === 'delete') await redis.flush(database);
    // Deletes by name: a key that another program has written since stays.
    else await redis.remove(database, livekitKeys);
  }
};

/**
 * Loss of Redis at one node while others keep theirs: both directions, open and new connections.
 */
export const redisPartition = requestedTraffic<NoParams>(
  {
    name: 'redis-partition',
    description: 'blocks traffic between this node and Redis; other nodes keep their connection',
    rollbackDescription: 'remove the rules',
    requires: ['packet_filter'],
    targets: ['node'],
    params: noParams,
    example: {},
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
    missingEffect: ({ platform, id }, component, atEnd) =>
      component.redis === undefined
        ? nothingToFind()
        : findRules(platform, component, id, ['inet'], atEnd),
    rollbackSteps: ({ id }) => [removeTablesStep(id)],
    rollback: ({ platform, components, id }) =>
      forAll(components, (component) => removeTables(platform, component, id)),
  },
  () => ({ protocol: 'both', direction: 'both', onlyRedis: true }),
);

/**
 * nftables rules of a partition. TCP does not notice a packet dropped on its way out: it
 * retransmits, as after a loss.
 */
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
