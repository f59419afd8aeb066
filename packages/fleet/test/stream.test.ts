import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis } from '@livekit-swarm/testkit/redis-server';
import { expect, it } from 'vitest';
import { encode, type FleetMessage, fleetMessageSchema } from '../src/messages.ts';
import { entryPlace } from '../src/places.ts';
import { openQueue, type Queue } from '../src/queue.ts';
import { createStream, openStreamWriter, readStream, type StreamListener } from '../src/stream.ts';
import { ANOTHER_KEY, KEYED, UNKEYED } from './support/keys.ts';

const STREAM = 'swarm:run:k3f9a:results';
const HOST = { name: 'host-1', ticket: 'ticket-of-this-run' };

const message = (job: number): FleetMessage => ({ type: 'taken', job });

/** Reads a stream and collects all calls of the listener. */
const reading = (queue: Queue, more: Partial<StreamListener<FleetMessage>> = {}) => {
  const received: FleetMessage[] = [];
  const refused: string[] = [];
  const gaps: number[] = [];
  const failures: unknown[] = [];
  let unanswered = 0;
  const reader = { redis: queue.connect({ commandTimeout: 1_500 }), seal: queue.seal };
  const stop = readStream<FleetMessage>(reader, STREAM, {
    schema: fleetMessageSchema,
    ticketOf: (sender) => (sender === HOST.name ? HOST.ticket : null),
    onMessages: (_sender, messages) => received.push(...messages),
    onRefused: (_sender, { code }) => refused.push(code),
    onGap: (_sender, missing) => gaps.push(missing),
    onFailure: (error) => failures.push(error),
    onRead: (answered) => {
      if (!answered) unanswered++;
    },
    ...more,
  });
  return { received, refused, gaps, failures, unanswered: () => unanswered, stop };
};

/** Entry as a sender with this key writes it, for any stream. */
const entry = (
  { seal }: Queue,
  number: number,
  { stream = STREAM, ticket = HOST.ticket, messages = [message(number)] } = {},
): [string, ...(string | Buffer)[]] => {
  const bytes = seal.close(entryPlace(stream, { ...HOST, ticket }, number), encode(messages));
  return ['*', 's', HOST.name, 'n', String(number), 'm', bytes];
};

it('delivers every message once and in order, even if Redis stops for a while', async () => {
  await using redis = await startRedis();
  const queue = await openQueue(redis.url, KEYED);
  await createStream(queue.redis, STREAM);
  const { received, refused, gaps, stop } = reading(queue);
  const writer = openStreamWriter<FleetMessage>(queue, STREAM, HOST);
  const all = Array.from({ length: 3_000 }, (_, shard) => message(shard));
  for (const [index, one] of all.entries()) {
    writer.push(one);
    // Stopped for longer than the timeout of a command, so that answers are lost.
    if (index === 1_000) process.kill(redis.pid, 'SIGSTOP');
    if (index === 2_000) {
      await sleep(4_500);
      process.kill(redis.pid, 'SIGCONT');
    }
    if (index % 100 === 0) await sleep(20);
  }
  await expect.poll(() => received.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(all.length);
  expect(received).toEqual(all);
  expect([refused, gaps]).toEqual([[], []]);
  // Entries that were read are removed.
  await expect.poll(() => redis.client.xlen(STREAM), { timeout: 5_000 }).toBe(0);
  stop();
  writer.close();
  queue.close();
});

it('ends a writer whose stream was removed, without creating another', async () => {
  await using redis = await startRedis();
  const queue = await openQueue(redis.url, KEYED);
  await createStream(queue.redis, STREAM);
  const writer = openStreamWriter<FleetMessage>(queue, STREAM, HOST);
  await redis.client.del(STREAM);
  writer.push(message(1));
  await writer.drain(2_000);
  expect(await redis.client.exists(STREAM)).toBe(0);
  queue.close();
});

it('reports entries that Redis has lost, before the entries after them', async () => {
  await using redis = await startRedis();
  const queue = await openQueue(redis.url, KEYED);
  const order: string[] = [];
  const { gaps, stop } = reading(queue, {
    onMessages: (_sender, messages) => order.push(...messages.map((one) => JSON.stringify(one))),
    onGap: (_sender, missing) => order.push(`${missing} missing`),
  });
  for (const number of [0, 2, 2, 3, 6]) await redis.client.xadd(STREAM, ...entry(queue, number));
  await expect.poll(() => order.length).toBe(6);
  expect(order).toEqual([
    JSON.stringify(message(0)),
    '1 missing',
    ...[2, 3].map((job) => JSON.stringify(message(job))),
    '2 missing',
    JSON.stringify(message(6)),
  ]);
  expect(gaps).toEqual([]);
  stop();
  queue.close();
});

it('reports errors of its listener, and does not mistake them for an unreachable Redis', async () => {
  await using redis = await startRedis();
  const queue = await openQueue(redis.url, KEYED);
  const { failures, unanswered, stop } = reading(queue, {
    onMessages: () => {
      throw new RangeError('no such series');
    },
  });
  await redis.client.xadd(STREAM, ...entry(queue, 0));
  await expect.poll(() => failures).toEqual([new RangeError('no such series')]);
  expect(unanswered()).toBe(0);
  stop();
  queue.close();
});

it('refuses entries that are not signed with its key for this place', async () => {
  await using redis = await startRedis();
  const queue = await openQueue(redis.url, KEYED);
  const others = await openQueue(redis.url, { ...KEYED, key: ANOTHER_KEY });
  const open = await openQueue(redis.url, UNKEYED);
  const { received, refused, gaps, stop } = reading(queue);
  const signed = entry(queue, 4);
  const bytes = Buffer.from(signed[6] ?? '');
  const entries = [
    entry(open, 0),
    entry(others, 0),
    // Entries of another run, of an earlier run of the same agent, with another number, and with
    // another name.
    entry(queue, 0, { stream: 'swarm:run:other:results' }),
    entry(queue, 0, { ticket: 'ticket-of-the-run-before' }),
    signed.with(4, '0'),
    signed.with(2, 'host-2'),
    // Entries that were changed, are too short, or have other fields.
    signed.with(6, Buffer.concat([bytes.subarray(0, -1), Buffer.of((bytes.at(-1) ?? 0) ^ 1)])),
    signed.with(6, Buffer.alloc(5)),
    signed.with(3, 'number'),
    signed.with(4, '1e3'),
    ['*', 'a', 'b'],
  ];
  for (const [id = '', ...fields] of entries)
    await redis.client.xadd(STREAM, String(id), ...fields);
  await redis.client.xadd(STREAM, ...entry(queue, 0));
  await expect.poll(() => received).toEqual([message(0)]);
  expect(refused).toEqual([
    ...['signature', 'signature', 'signature', 'signature', 'signature', 'sender'],
    ...['signature', 'signature', 'form', 'form', 'form'],
  ]);
  expect(gaps).toEqual([]);
  stop();
  for (const one of [queue, others, open]) one.close();
});
