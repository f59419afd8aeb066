import { promisify } from 'node:util';
import { expect, test, vi } from 'vitest';
import { fakeClock } from '../test/support/fake-clock.ts';
import { HostResolver } from './host-resolver.ts';

const V4 = { address: '192.0.2.7', family: 4 };
const V6 = { address: '2001:db8::7', family: 6 };
const transient = Object.assign(new Error('getaddrinfo EAI_AGAIN'), { code: 'EAI_AGAIN' });

test('concurrent callers share one lookup, and its answer for 30 s', async () => {
  const clock = fakeClock();
  const lookup = vi.fn(async () => [V6, V4]);
  const resolver = new HostResolver('lk.example', clock, lookup);
  const all = await Promise.all(Array.from({ length: 500 }, () => resolver.addresses()));
  expect(all.every((one) => one.length === 2)).toBe(true);
  clock.advance(29_000);
  await resolver.addresses();
  expect(lookup).toHaveBeenCalledTimes(1);
  clock.advance(2_000);
  await resolver.addresses();
  expect(lookup).toHaveBeenCalledTimes(2);
});

test('an answer with a lifetime is asked for again when it is over', async () => {
  const clock = fakeClock();
  const lookup = vi.fn(async () => [
    { ...V4, ttl: 60 },
    { ...V6, ttl: 4 },
  ]);
  const resolver = new HostResolver('lk.example', clock, lookup);
  await resolver.addresses();
  clock.advance(3_900);
  await resolver.addresses();
  expect(lookup).toHaveBeenCalledTimes(1);
  clock.advance(200);
  await resolver.addresses();
  expect(lookup).toHaveBeenCalledTimes(2);
});

test('a failure is not cached', async () => {
  const lookup = vi.fn(async () => [V4]).mockRejectedValueOnce(transient);
  const resolver = new HostResolver('lk.example', fakeClock(), lookup);
  await expect(resolver.addresses()).rejects.toMatchObject({ code: 'EAI_AGAIN' });
  expect(await resolver.addresses()).toEqual([V4]);
});

test('a resolver that does not answer has failed after 10 s', async () => {
  const clock = fakeClock();
  const resolver = new HostResolver('lk.example', clock, () => new Promise(() => {}));
  const failed = expect(resolver.addresses()).rejects.toMatchObject({ code: 'EAI_AGAIN' });
  await clock.advanceAsync(10_000);
  await failed;
});

test.each([
  ['[2001:db8::7]', V6],
  ['192.0.2.7', V4],
])('%s needs no lookup', async (host, expected) => {
  const resolver = new HostResolver(host, fakeClock(), () => Promise.reject(transient));
  expect(await resolver.addresses()).toEqual([expected]);
});

test('sockets of Node get all addresses, or one of a family', async () => {
  const resolver = new HostResolver('lk.example', fakeClock(), async () => [V6, V4]);
  const lookup = promisify(resolver.lookup);
  expect(await lookup('lk.example', { all: true })).toEqual([V6, V4]);
  expect(await lookup('lk.example', { family: 4 })).toBe('192.0.2.7');
});
