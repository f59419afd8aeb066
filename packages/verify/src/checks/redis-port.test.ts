import { expect, it } from 'vitest';
import { outcomeOf } from '../../test/support/check-facts.ts';
import { redisPortRule } from './redis-port.ts';

it('redis-port: a Redis, with a password or without', () => {
  const open = (kind: 'redis' | 'redis_with_password' | 'metrics') => [
    { address: '192.0.2.1', port: 1, kind },
  ];
  expect(outcomeOf(redisPortRule([]))).toBe('passed');
  expect(outcomeOf(redisPortRule(open('redis')))).toBe('error');
  expect(outcomeOf(redisPortRule(open('redis_with_password')))).toBe('warning');
  expect(outcomeOf(redisPortRule(open('metrics')))).toBe('passed');
});
