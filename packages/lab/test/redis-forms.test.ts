/** Tests the forms of a lab's Redis, each used by real nodes. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectRegistry, readAuthorities, trustAuthorities } from '@livekit-swarm/livekit';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import type { RedisSetup } from '../src/cluster/redis-setup.ts';
import { type Cluster, startCluster } from '../src/cluster/start-cluster.ts';
import { findProgram } from '../src/provision/find-program.ts';

await skipWithout('redis', 'openssl');

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'swarm-redis-forms-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
});

const start = async (redis: Partial<RedisSetup>, config = {}): Promise<Cluster> => {
  const cluster = await startCluster({ dir, nodes: 2, redis, config });
  onTestFinished(() => cluster.stop());
  return cluster;
};

const nodesIn = async (url: string | null): Promise<number> => {
  const registry = connectRegistry(url ?? '');
  try {
    return (await registry.nodes()).length;
  } finally {
    registry.close();
  }
};

test('TLS, a user and a database: nodes use them, and no other database', async () => {
  const cluster = await start({ tls: true, username: 'livekit', database: 3 });
  const url = cluster.redisUrl ?? '';
  expect(url).toMatch(/^rediss:\/\/livekit:[0-9a-f]{48}@127\.0\.0\.1:\d+\/3$/);
  trustAuthorities(readAuthorities(cluster.authorityFile ?? ''));
  expect(await nodesIn(url)).toBe(2);
  expect(await nodesIn(url.replace(/\/3$/, '/0'))).toBe(0);
  await expect(nodesIn(url.replace('rediss:', 'redis:'))).rejects.toThrow();
  await expect(nodesIn(url.replace('//livekit:', '//:'))).rejects.toThrow(/WRONGPASS/);
});

test('Sentinels promote the replica when the primary is killed, and nodes follow', async () => {
  const cluster = await start({ sentinel: true, tls: true, username: 'livekit', database: 2 });
  expect(cluster.services.map(({ name }) => name)).toEqual([
    ...['redis-1', 'redis-2', 'sentinel-1', 'sentinel-2', 'sentinel-3', 'node-1', 'node-2'],
  ]);
  trustAuthorities(readAuthorities(cluster.authorityFile ?? ''));
  expect(await nodesIn(cluster.redisUrl)).toBe(2);
  cluster.service('redis-1').signal('SIGKILL');
  await cluster.service('redis-1').ended();
  // The registry of the replica, where the nodes register again.
  await expect
    .poll(() => nodesIn(cluster.redisUrl).catch(() => 0), { timeout: 60_000, interval: 500 })
    .toBe(2);
});

test('a node whose redis.address is a Sentinel names it', async () => {
  const { sentinels, redisUrl } = await start({ sentinel: true });
  const sentinel = `127.0.0.1:${sentinels[0]?.port}`;
  const password = new URL(redisUrl ?? '').password;
  const address = new URL(`redis://:${password}@${sentinel}`);
  await expect(nodesIn(address.href)).rejects.toThrow(/a Redis Sentinel.*sentinel_addresses/);
  const bad = startCluster({
    dir: join(dir, 'bad'),
    nodes: 1,
    config: { redis: { address: sentinel, password } },
  });
  await expect(bad).rejects.toMatchObject({
    code: 'bad_config',
    message: expect.stringContaining('a Redis Sentinel'),
    hint: expect.stringContaining('sentinel_addresses'),
  });
});

test('Valkey', async ({ skip }) => {
  if ((await findProgram('valkey-server', process.env)) === null)
    skip('valkey-server is not installed');
  const cluster = await start({ valkey: true, sentinel: true });
  expect(await nodesIn(cluster.redisUrl)).toBe(2);
});
