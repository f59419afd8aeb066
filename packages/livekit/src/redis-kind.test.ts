import { expect, test } from 'vitest';
import { kindOfRedis, kindOfRedisError } from './redis-kind.ts';

test('the kind of a Redis, by its answers', () => {
  expect(kindOfRedis('# Server\r\nredis_version:7.0.15\r\nredis_mode:cluster\r\n')).toBe('cluster');
  expect(kindOfRedis('redis_mode:sentinel\r\n')).toBe('sentinel');
  expect(kindOfRedis('redis_mode:standalone\r\n')).toBeNull();
  expect(kindOfRedisError('MOVED 4523 10.0.0.2:6379')).toBe('cluster');
  expect(kindOfRedisError('CLUSTERDOWN Hash slot not served')).toBe('cluster');
  expect(kindOfRedisError("NOPERM this user has no permissions to run the 'hgetall' command")).toBe(
    'limited_user',
  );
  expect(kindOfRedisError('ERR max number of clients reached')).toBeNull();
});
