/** Faults of a Redis that Sentinels watch. */
import { messageOf, SwarmError, strict, word } from '@livekit-swarm/settings';
import type { z } from 'zod';
import type { Component, Platform } from '../targets/platform.ts';
import { accessRedis, redisPort, whyRedisRefuses } from '../targets/redis-access.ts';
import { roleOf } from '../targets/redis-roles.ts';
import { nothingToFind } from './effects/effect-check.ts';
import {
  addRules,
  findRules,
  removeTables,
  removeTablesStep,
  tableName,
} from './effects/nft-table.ts';
import { forAll, missingAny } from './effects/process-control.ts';
import { type DescribedFault, type NoParams, noParams } from './fault.ts';

/**
 * Failover by command, as an operator does it before work on the primary: Sentinel promotes the
 * replica, and the primary becomes a replica.
 */
export const redisFailover: DescribedFault<NoParams> = {
  name: 'redis-failover',
  description: 'SENTINEL FAILOVER: a replica of Redis becomes the primary',
  rollbackDescription: 'nothing to roll back: the roles stay exchanged',
  requires: [],
  targets: ['redis'],
  params: noParams,
  example: {},
  lasts: false,
  durationOf: () => 0,
  unavailable: async (platform, component) =>
    (await platform.components()).some(({ kind }) => kind === 'sentinel')
      ? whyRedisRefuses(platform, component, () => findMaster(platform, component))
      : NO_SENTINEL,
  inject: ({ platform, components }) =>
    forAll(components, async (component) => {
      const { sentinel, master } = await findMaster(platform, component);
      await using redis = accessRedis(platform, sentinel);
      await redis.command('SENTINEL', 'FAILOVER', master);
    }),
  missingEffect: async ({ platform }, component) =>
    (await roleOf(platform, component)) === 'primary' ? 'still_primary' : null,
  rollbackSteps: () => [],
  rollback: async () => {},
};

const NO_SENTINEL =
  'no Sentinel is known: a lab has them with --redis sentinel; elsewhere name them as components of the kind sentinel';

/**
 * Finds a Sentinel that watches this primary and knows a replica to promote.
 * @throws SwarmError `fault_unavailable`
 */
const findMaster = async (
  platform: Platform,
  component: Component,
): Promise<{ sentinel: Component; master: string }> => {
  const runId = await runIdOf(platform, component);
  const sentinels = (await platform.components()).filter(({ kind }) => kind === 'sentinel');
  let why = NO_SENTINEL;
  for (const sentinel of sentinels) {
    try {
      await using redis = accessRedis(platform, sentinel);
      const masters = readFields(await redis.command('SENTINEL', 'MASTERS'));
      const watched = masters.find((one) => one.get('runid') === runId);
      if (watched === undefined) {
        why = `${sentinel.name} does not watch ${component.name}`;
        continue;
      }
      const master = watched.get('name') ?? '';
      const replicas = readFields(await redis.command('SENTINEL', 'REPLICAS', master));
      if (replicas.some((replica) => replica.get('master-link-status') === 'ok'))
        return { sentinel, master };
      why = `${sentinel.name} knows no connected replica of ${component.name} (it asks every ten seconds)`;
    } catch (error) {
      why = messageOf(error);
    }
  }
  throw new SwarmError('fault_unavailable', why);
};

/**
 * ID of the running server, by which Sentinels know it: those of several deployments may have the
 * same port.
 * @throws SwarmError `fault_unavailable` when it does not report one
 */
const runIdOf = async (platform: Platform, component: Component): Promise<string> => {
  const why = (reason: string): SwarmError =>
    new SwarmError('fault_unavailable', `the run ID of ${component.name} is not known: ${reason}`);
  try {
    await using redis = accessRedis(platform, component);
    const info = (await redis.command('INFO', 'server')).join('\n');
    const [, runId] = /^run_id:([0-9a-f]+)/m.exec(info) ?? [];
    if (runId !== undefined) return runId;
  } catch (error) {
    throw why(messageOf(error));
  }
  throw why('INFO has none');
};

/** Reads replies of Sentinel: fields and values in turn; each server begins with `name`. */
export const readFields = (lines: readonly string[]): Map<string, string>[] => {
  const servers: Map<string, string>[] = [];
  for (let index = 0; index + 1 < lines.length; index += 2) {
    const [field = '', value = ''] = lines.slice(index, index + 2);
    if (field === 'name') servers.push(new Map());
    servers.at(-1)?.set(field, value);
  }
  return servers;
};

const isolationParams = strict({
  from: word(['replicas', 'peers'], 'peer')
    .default('replicas')
    .describe(
      'replicas: they stay reachable and fall behind, so that a failover loses the last writes. peers: replicas and Sentinels, which promote a replica while the nodes still write to this primary.',
    ),
});

type IsolationParams = z.output<typeof isolationParams>;

/**
 * Loss of the path between a primary and its replicas, or also its Sentinels; nodes keep their
 * connections to it. Replicas notice nothing for `repl-timeout` (60 s).
 */
export const redisIsolation: DescribedFault<IsolationParams> = {
  name: 'redis-isolation',
  description:
    'blocks traffic between a primary and its replicas, or also its Sentinels; nodes still reach it',
  rollbackDescription: 'remove the rules',
  requires: ['packet_filter'],
  targets: ['redis'],
  params: isolationParams,
  example: {},
  lasts: true,
  unavailable: async (platform, component, params) =>
    (await missingAny(platform, component, ['packet_filter'])) ??
    ((await platform.components()).filter(({ kind }) => kind === 'redis').length < 2
      ? `no replica of ${component.name} is known: a lab has one with --redis sentinel`
      : null) ??
    whyRedisRefuses(platform, component, () => peersOf(platform, component, params)),
  inject: ({ platform, components, params, id }) =>
    forAll(components, async (component) => {
      const peers = await peersOf(platform, component, params);
      await addRules(platform, component, isolationRules(id, redisPort(component) ?? 0, peers));
    }),
  missingEffect: ({ platform, id }, component, atEnd) =>
    redisPort(component) === null
      ? nothingToFind()
      : findRules(platform, component, id, ['inet'], atEnd),
  rollbackSteps: ({ id }) => [removeTablesStep(id)],
  rollback: ({ platform, components, id }) =>
    forAll(components, (component) => removeTables(platform, component, id)),
};

/**
 * IPv4 addresses of the peers of a primary.
 * @throws SwarmError `fault_unavailable`; also if another client has the address of a peer, and
 * would be cut off
 */
const peersOf = async (
  platform: Platform,
  component: Component,
  { from }: IsolationParams,
): Promise<string[]> => {
  await using redis = accessRedis(platform, component);
  const clients = (await redis.command('CLIENT', 'LIST')).flatMap((text) => text.split('\n'));
  const kinds = clients.flatMap(readClient);
  const wanted = kinds.filter(
    ({ kind }) => kind === 'replica' || (from === 'peers' && kind === 'sentinel'),
  );
  const addresses = [...new Set(wanted.map(({ address }) => address))].sort();
  const { name } = component;
  if (!wanted.some(({ kind }) => kind === 'replica'))
    throw new SwarmError('fault_unavailable', `${name} has no replica: there is no path to block`);
  const other = kinds.find(({ kind, address }) => kind === 'client' && addresses.includes(address));
  if (other !== undefined)
    throw new SwarmError(
      'fault_unavailable',
      `a client of ${name} has the address of a peer (${other.address}), and would be disconnected, too: use blackhole`,
    );
  return addresses;
};

/** Client of a server, from a line of CLIENT LIST; none for an IPv6 address. */
export const readClient = (
  line: string,
): { kind: 'replica' | 'sentinel' | 'client'; address: string }[] => {
  const address = /\baddr=(\d+\.\d+\.\d+\.\d+):\d+ /.exec(line)?.[1];
  if (address === undefined) return [];
  const flags = /\bflags=(\w+)/.exec(line)?.[1] ?? '';
  if (flags.includes('S')) return [{ kind: 'replica', address }];
  return [{ kind: /\bname=sentinel-/.test(line) ? 'sentinel' : 'client', address }];
};

/** nftables rules that drop packets between a port and these addresses. */
const isolationRules = (id: string, port: number, peers: readonly string[]): string => {
  const set = `{ ${peers.join(', ')} }`;
  // Replies of a peer's server have its port; those to its own connections have its address.
  return `table inet ${tableName(id)} {
  chain arriving {
    type filter hook input priority -10; policy accept;
    ip saddr ${set} tcp dport ${port} counter drop
  }
  chain leaving {
    type filter hook output priority -10; policy accept;
    ip daddr ${set} tcp sport ${port} counter drop
  }
}
`;
};
