import { expect, test } from 'vitest';
import { redisOptionsOf } from './redis-address.ts';

test('a server, with user, password, database and TLS', () => {
  expect(redisOptionsOf('redis://10.0.0.5')).toEqual({ host: '10.0.0.5', port: 6_379 });
  expect(redisOptionsOf('rediss://lk:p%40ss@[::1]:7000/3')).toEqual({
    host: '::1',
    port: 7_000,
    username: 'lk',
    password: 'p@ss',
    db: 3,
    tls: {},
  });
});

test('Sentinels, which have the password of the server', () => {
  const url = 'rediss+sentinel://:secret@a:1/2?master=main&sentinel=b:2&sentinel=c';
  expect(redisOptionsOf(url)).toMatchObject({
    name: 'main',
    sentinels: [
      { host: 'a', port: 1 },
      { host: 'b', port: 2 },
      { host: 'c', port: 26_379 },
    ],
    password: 'secret',
    sentinelPassword: 'secret',
    db: 2,
    tls: {},
    enableTLSForSentinelMode: true,
  });
});

test('Sentinels without the name of their servers', () => {
  expect(() => redisOptionsOf('redis+sentinel://a:1')).toThrow(/add \?master=NAME/);
});
