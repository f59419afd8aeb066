/**
 * Tests a Redis without all keys of a deployment: `--redis` reports it, and `redis-flush` refuses.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePorts } from '@livekit-swarm/host';
import { connectRegistry } from '@livekit-swarm/livekit';
import { startRedis } from '@livekit-swarm/testkit/redis-server';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { FAULTS } from '../src/faults/index.ts';
import { fakePlatform } from './support/fake-platform.ts';

await skipWithout('redis');

const nodesAt = async (url: string): Promise<unknown> => {
  const registry = connectRegistry(url);
  try {
    return await registry.nodes();
  } finally {
    registry.close();
  }
};

/** Obstacle that `redis-flush` reports for a Redis on this host. */
const flushObstacle = async (url: string): Promise<string | null | undefined> => {
  const platform = fakePlatform();
  const fault = FAULTS.get('redis-flush');
  const ports = { address: '127.0.0.1', udp: null, tcp: [Number(new URL(url).port)] };
  const component = { name: 'redis', kind: 'redis' as const, nodeId: null, instance: null, ports };
  return await fault?.unavailable(platform, component, fault.params.parse({}));
};

test('a node of a cluster, whether it has the key or not', async () => {
  await using redis = await startRedis('--cluster-enabled', 'yes');
  await expect(nodesAt(redis.url)).rejects.toThrow(/a node of a Redis Cluster/);
  expect(await flushObstacle(redis.url)).toContain('a node of a Redis Cluster');
});

test('a Sentinel', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'swarm-sentinel-'));
  const { http: port } = await findFreePorts('127.0.0.1', 1);
  const file = join(dir, 'sentinel.conf');
  writeFileSync(file, `port ${port}\nbind 127.0.0.1\ndir ${dir}\n`);
  const sentinel = spawn('redis-server', [file, '--sentinel'], { stdio: 'ignore' });
  onTestFinished(async () => {
    sentinel.kill('SIGKILL');
    await once(sentinel, 'close');
    await rm(dir, { recursive: true, force: true });
  });
  const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 50 });
  client.on('error', () => {});
  await client.ping();
  client.disconnect();
  const url = `redis://127.0.0.1:${port}`;
  await expect(nodesAt(url)).rejects.toThrow(/a Redis Sentinel/);
  expect(await flushObstacle(url)).toContain('a Redis Sentinel');
});

test('a user that may not read the keys, and one that may read only the keys', async () => {
  await using redis = await startRedis();
  await redis.client.call('ACL', 'SETUSER', 'limited', 'on', '>secret', '+ping', '~other');
  await redis.client.call('ACL', 'SETUSER', 'reader', 'on', '>secret', '+hgetall', '~nodes');
  const as = (user: string): string => redis.url.replace('//', `//${user}:secret@`);
  await expect(nodesAt(as('limited'))).rejects.toThrow(/may not read the keys of LiveKit/);
  expect(await nodesAt(as('reader'))).toEqual([]);
  await redis.client.set('other', 'x');
  await redis.client.call('ACL', 'SETUSER', 'default', '-@all', '+ping', '+info');
  expect(await flushObstacle(redis.url)).toContain('may not read the keys of LiveKit');
});
