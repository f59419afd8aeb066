import { startRedis } from '@livekit-swarm/testkit/redis-server';
import { describe, expect, it } from 'vitest';
import { openQueue } from '../src/index.ts';
import { readSharedClock } from '../src/shared-clock.ts';
import { KEY, KEYED, UNKEYED } from './support/keys.ts';

describe('a queue', () => {
  it.each(['http://127.0.0.1', '127.0.0.1:6379', ''])('cannot have the address %j', async (url) => {
    await expect(openQueue(url, UNKEYED)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('--queue'),
    });
  });

  it('that does not answer is named without its password', async () => {
    await expect(openQueue('redis://:hunter2@127.0.0.1:1', UNKEYED)).rejects.toMatchObject({
      code: 'queue_unavailable',
      message: expect.not.stringContaining('hunter2'),
    });
  });

  it('whose password is missing or forgotten in the URL is named without the password', async () => {
    await using redis = await startRedis();
    await redis.client.config('SET', 'requirepass', 'hunter2');
    const { port } = new URL(redis.url);
    await expect(openQueue(`redis://127.0.0.1:${port}`, UNKEYED)).rejects.toMatchObject({
      code: 'queue_unavailable',
      message: expect.stringContaining('refuses this user or password'),
    });
    await expect(openQueue(`user:hunter2@127.0.0.1:${port}`, UNKEYED)).rejects.toMatchObject({
      code: 'usage',
      message: expect.not.stringContaining('hunter2'),
    });
  });

  it('must be in a database that exists', async () => {
    await using redis = await startRedis();
    await expect(openQueue(`${redis.url}/99`, UNKEYED)).rejects.toMatchObject({
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
    await expect(openQueue(redis.url, UNKEYED)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining(`database ${database}`),
    });
  });

  it('must not evict keys', async () => {
    await using redis = await startRedis(
      ...['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'],
    );
    await expect(openQueue(redis.url, UNKEYED)).rejects.toMatchObject({
      code: 'queue_unavailable',
      message: expect.stringContaining('allkeys-lru'),
    });
  });

  describe('that is not on loopback', () => {
    /** Another address of the same Redis: `0.0.0.0` is this host, but not a loopback address. */
    const elsewhere = (url: string): string => url.replace('127.0.0.1', '0.0.0.0');

    it('needs a key, or --insecure-queue', async () => {
      await using redis = await startRedis('--requirepass', 'hunter2');
      await expect(openQueue(elsewhere(redis.url), UNKEYED)).rejects.toMatchObject({
        code: 'usage',
        message: expect.stringContaining('without SWARM_QUEUE_KEY'),
        hint: expect.stringMatching(/openssl rand -base64 32.*--insecure-queue/),
      });
      (await openQueue(elsewhere(redis.url), { ...UNKEYED, isInsecure: true })).close();
      (await openQueue(elsewhere(redis.url), KEYED)).close();
    });

    it('needs a Redis that refuses clients without a password, whatever password the URL has', async () => {
      await using redis = await startRedis();
      const url = elsewhere(redis.url);
      for (const one of [url, url.replace('//', '//:hunter2@')])
        await expect(openQueue(one, KEYED)).rejects.toMatchObject({
          code: 'usage',
          message: expect.stringContaining('answers without a password'),
          hint: expect.stringContaining('--insecure-queue'),
        });
      (await openQueue(url, { ...KEYED, isInsecure: true })).close();
    });

    it('may allow harmless commands to clients without a password', async () => {
      await using redis = await startRedis();
      await redis.client.acl(
        'SETUSER',
        'fleet',
        'on',
        '>hunter2',
        'allkeys',
        'allchannels',
        '+@all',
      );
      await redis.client.acl('SETUSER', 'default', 'resetkeys', '-@all', '+ping', '+hello', '+acl');
      const url = elsewhere(redis.url).replace('//', '//fleet:hunter2@');
      (await openQueue(url, KEYED)).close();
      await redis.client.acl('SETUSER', 'default', 'allkeys', '+exists');
      await expect(openQueue(url, KEYED)).rejects.toMatchObject({ code: 'usage' });
    });
  });

  it.each([
    ['short', KEY.slice(0, 40), /has 30 bytes: it must have at least 32/],
    ['of another alphabet', 'correct horse battery staple, and so on', /not base64/],
    ['empty', '', /not base64/],
    ['repeated', 'abcd'.repeat(16), /not random/],
    ['long', KEY.repeat(100), /too long/],
  ])('has no key that is %s, and does not repeat it', async (_, key, why) => {
    const opening = openQueue('redis://127.0.0.1:1', { key, isInsecure: true });
    await expect(opening).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(why),
      hint: expect.stringContaining('openssl rand -base64 32'),
    });
    if (key !== '') await expect(opening).rejects.not.toThrow(key);
  });

  it('provides the clock that hosts share', async () => {
    await using redis = await startRedis();
    const queue = await openQueue(redis.url, UNKEYED);
    const first = await readSharedClock(queue.redis);
    const second = await readSharedClock(queue.redis);
    queue.close();
    // Two readings of the same clock agree within their uncertainties.
    expect(Math.abs(first.offsetMs - second.offsetMs)).toBeLessThanOrEqual(
      first.uncertaintyMs + second.uncertaintyMs + 0.01,
    );
  });
});
