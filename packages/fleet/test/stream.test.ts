import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis } from '@livekit-swarm/testkit/redis-server';
import { expect, it } from 'vitest';
import type { FleetMessage } from '../src/messages.ts';
import { openQueue } from '../src/queue.ts';
import { createStream, openStreamWriter, readStream } from '../src/stream.ts';

const message = (job: number): FleetMessage => ({ type: 'taken', job });

it('brings every message once and in order, also when Redis stops for a while', async () => {
  await using redis = await startRedis();
  const queue = await openQueue(redis.url);
  await createStream(queue.redis, 'results');
  const received: FleetMessage[] = [];
  const stop = readStream<FleetMessage>(
    queue.connect({ commandTimeout: 1_500 }),
    'results',
    (_sender, messages) => received.push(...messages),
  );
  const writer = openStreamWriter<FleetMessage>(queue.redis, 'results', 'host-1');
  const all = Array.from({ length: 3_000 }, (_, shard) => message(shard));
  for (const [index, one] of all.entries()) {
    writer.push(one);
    // Longer than the time-out of a command: answers are lost.
    if (index === 1_000) process.kill(redis.pid, 'SIGSTOP');
    if (index === 2_000) {
      await sleep(4_500);
      process.kill(redis.pid, 'SIGCONT');
    }
    if (index % 100 === 0) await sleep(20);
  }
  await expect.poll(() => received.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(all.length);
  expect(received).toEqual(all);
  // What was read is removed.
  await expect.poll(() => redis.client.xlen('results'), { timeout: 5_000 }).toBe(0);
  stop();
  writer.close();
  queue.close();
});

it('ends a writer whose stream was removed, and makes no other', async () => {
  await using redis = await startRedis();
  const queue = await openQueue(redis.url);
  await createStream(queue.redis, 'results');
  const writer = openStreamWriter<FleetMessage>(queue.redis, 'results', 'host-1');
  await redis.client.del('results');
  writer.push(message(1));
  await writer.drain(2_000);
  expect(await redis.client.exists('results')).toBe(0);
  queue.close();
});
