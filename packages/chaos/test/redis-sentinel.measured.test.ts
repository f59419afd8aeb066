/** Tests the faults of Redis with Sentinels, and of its memory and files: effect and rollback. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, startCluster } from '@livekit-swarm/lab';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Injection, injectFault } from '../src/execute/inject-fault.ts';
import { FAULTS } from '../src/faults/index.ts';
import { type Journal, openJournal } from '../src/journal/journal.ts';
import type { Component, Platform } from '../src/targets/platform.ts';
import { openLabPlatform } from '../src/targets/process.ts';
import { accessRedis } from '../src/targets/redis-access.ts';
import { withRedisRoles } from '../src/targets/redis-roles.ts';
import { leftoversOf } from './support/leftovers.ts';

const unavailable = await skipWithout('packet-filter', 'redis');

let dir: string;
let cluster: Cluster | null = null;
let journal: Journal;
let open: Injection | null = null;

beforeEach(async () => {
  if (unavailable !== null) return;
  dir = await mkdtemp(join(tmpdir(), 'swarm-redis-faults-'));
  journal = openJournal(join(dir, 'journal'));
});
afterEach(async () => {
  await open?.rollback();
  open = null;
  await cluster?.stop();
  cluster = null;
  await rm(dir, { recursive: true, force: true });
});

const start = async (sentinel: boolean): Promise<Platform> => {
  cluster = await startCluster({ dir: join(dir, 'lab'), nodes: 2, redis: { sentinel } });
  return openLabPlatform(cluster);
};

const named = async (platform: Platform, name: string): Promise<Component> => {
  const all = await withRedisRoles(platform, await platform.components());
  const found = all.find((component) => component.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
};

const inject = async (
  platform: Platform,
  name: string,
  component: Component,
  given: object = {},
): Promise<Injection> => {
  const fault = FAULTS.get(name);
  if (fault === undefined) throw new Error(`there is no fault ${name}`);
  const params = fault.params.parse(given);
  await expect
    .poll(() => fault.unavailable(platform, component, params), { timeout: 15_000 })
    .toBeNull();
  open = await injectFault({
    ...{ fault, platform, params, journal, expiry: null, drill: 'test' },
    components: [component],
  });
  return open;
};

const ask = async (platform: Platform, name: string, ...command: string[]): Promise<string[]> => {
  await using redis = accessRedis(platform, await named(platform, name));
  return await redis.command(...command);
};

const roles = async (platform: Platform): Promise<(string | undefined)[]> =>
  Promise.all(['redis-1', 'redis-2'].map(async (name) => (await named(platform, name)).redisRole));

test('a failover by command exchanges the roles', async () => {
  const platform = await start(true);
  const primary = await named(platform, 'redis-1');
  expect(await roles(platform)).toEqual(['primary', 'replica']);
  const injection = await inject(platform, 'redis-failover', primary);
  await expect.poll(() => roles(platform), { timeout: 20_000 }).toEqual(['replica', 'primary']);
  expect(await injection.check(true)).toBeNull();
});

test('an isolated primary takes writes that its replica lacks, until the rollback', async () => {
  const platform = await start(true);
  const primary = await named(platform, 'redis-1');
  const injection = await inject(platform, 'redis-isolation', primary);
  expect(await ask(platform, 'redis-1', 'SET', 'lost', 'yes')).toEqual(['OK']);
  await expect
    .poll(async () => (await injection.check(true)) === null, { timeout: 10_000 })
    .toBe(true);
  expect(await ask(platform, 'redis-2', 'EXISTS', 'lost')).toEqual(['0']);
  // Sentinels still reach it: nothing fails over.
  expect(await roles(platform)).toEqual(['primary', 'replica']);
  await injection.rollback();
  expect(await leftoversOf(injection.id)).toEqual([]);
  await expect
    .poll(() => ask(platform, 'redis-2', 'EXISTS', 'lost'), { timeout: 30_000 })
    .toEqual(['1']);
});

test('a primary isolated from all peers is replaced, while nodes still reach it', async () => {
  const platform = await start(true);
  const primary = await named(platform, 'redis-1');
  const injection = await inject(platform, 'redis-isolation', primary, { from: 'peers' });
  await expect.poll(() => roles(platform), { timeout: 20_000 }).toEqual(['primary', 'primary']);
  await injection.rollback();
  await expect.poll(() => roles(platform), { timeout: 60_000 }).toEqual(['replica', 'primary']);
});

test('a full Redis rejects writes, and has its own limit after the rollback', async () => {
  const platform = await start(false);
  const redis = await named(platform, 'redis');
  await ask(platform, 'redis', 'CONFIG', 'SET', 'maxmemory', '104857600');
  const injection = await inject(platform, 'redis-full', redis);
  expect((await journal.read()).pending[0]?.before).toEqual({
    'redis maxmemory': '104857600',
    'redis maxmemory-policy': 'noeviction',
  });
  await expect(ask(platform, 'redis', 'SET', 'a', 'b')).rejects.toThrow(/OOM/);
  expect(await injection.check(true)).toBeNull();
  await injection.rollback();
  expect(await ask(platform, 'redis', 'SET', 'a', 'b')).toEqual(['OK']);
  expect(await ask(platform, 'redis', 'CONFIG', 'GET', 'maxmemory')).toEqual([
    ...['maxmemory', '104857600'],
  ]);
});

test('a restored Redis has the keys of the backup, and no others', async () => {
  const platform = await start(false);
  const redis = await named(platform, 'redis');
  const restore = FAULTS.get('redis-restore');
  if (restore === undefined) throw new Error('no fault');
  const context = { platform, components: [redis], params: {}, id: 'abcd1234' };
  await expect(restore.inject({ ...context, expiresAfterMs: null })).rejects.toThrow(/no backup/);
  await ask(platform, 'redis', 'SET', 'before', 'x');
  const backup = await inject(platform, 'redis-backup', redis);
  await ask(platform, 'redis', 'SET', 'after', 'x');
  await ask(platform, 'redis', 'DEL', 'before');
  await restore.inject({ ...context, expiresAfterMs: null });
  expect(await ask(platform, 'redis', 'EXISTS', 'before')).toEqual(['1']);
  expect(await ask(platform, 'redis', 'EXISTS', 'after')).toEqual(['0']);
  expect(await backup.check(true)).toBeNull();
  await backup.rollback();
  expect(await backup.check(true)).toMatchObject({ found: 'backup_missing' });
});
