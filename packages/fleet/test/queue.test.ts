import { startRedis } from '@livekit-swarm/testkit/redis-server';
import { describe, expect, it } from 'vitest';
import { openQueue } from '../src/index.ts';
import { readSharedClock } from '../src/shared-clock.ts';

describe('a queue', () => {
  it.each(['http://127.0.0.1', '127.0.0.1:6379', ''])('is no %j', async (url) => {
    await expect(openQueue(url)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('--queue'),
    });
  });

  it('that does not answer is named, without its password', async () => {
    await expect(openQueue('redis://:hunter2@127.0.0.1:1')).rejects.toMatchObject({
      code: 'queue_unavailable',
      message: expect.not.stringContaining('hunter2'),
    });
  });

  it('is asked with a password, and without one that was forgotten in a URL', async () => {
    await using redis = await startRedis();
    await redis.client.config('SET', 'requirepass', 'hunter2');
    const { port } = new URL(redis.url);
    await expect(openQueue(`redis://127.0.0.1:${port}`)).rejects.toMatchObject({
      code: 'queue_unavailable',
      message: expect.stringContaining('refuses this user or password'),
    });
    await expect(openQueue(`user:hunter2@127.0.0.1:${port}`)).rejects.toMatchObject({
      code: 'usage',
      message: expect.not.stringContaining('hunter2'),
    });
  });

  it('is in a database that exists', async () => {
    await using redis = await startRedis();
    await expect(openQueue(`${redis.url}/99`)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('no such database'),
    });
  });

  it.each([
    ['nodes', 0],
    ['room_node_map', 3],
  ])("is not LiveKit's own Redis (%s in database %d)", async (key, database) => {
    await using redis = await startRedis();
    await redis.client.select(database);
    await redis.client.hset(key, 'a', 'b');
    await expect(openQueue(redis.url)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining(`database ${database}`),
    });
  });

  it('must not evict keys', async () => {
    await using redis = await startRedis(
      ...['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'],
    );
    await expect(openQueue(redis.url)).rejects.toMatchObject({
      code: 'queue_unavailable',
      message: expect.stringContaining('allkeys-lru'),
    });
  });

  it('has the clock that hosts share', async () => {
    await using redis = await startRedis();
    const queue = await openQueue(redis.url);
    const first = await readSharedClock(queue.redis);
    const second = await readSharedClock(queue.redis);
    queue.close();
    // The same clock, read twice: both are right within their doubt.
    expect(Math.abs(first.offsetMs - second.offsetMs)).toBeLessThanOrEqual(
      first.uncertaintyMs + second.uncertaintyMs + 0.01,
    );
  });
});
