import { expect, test } from 'vitest';
import { readRedisSetup } from './redis-setup.ts';

test('words and values in one list', () => {
  expect(readRedisSetup('sentinel, tls,username=lk_1,database=3')).toEqual({
    ...{ sentinel: true, tls: true, username: 'lk_1', database: 3 },
  });
  expect(readRedisSetup('persistent,valkey')).toEqual({ persistent: true, valkey: true });
});

test.each([
  ['sentinels', /there is no "sentinels"/],
  ['sentinel=2', /sentinel takes no value/],
  ['username=default', /a username is a letter/],
  ['username=a b', /a username is a letter/],
  ['database=16', /a number from 0 to 15/],
  ['database', /a number from 0 to 15/],
  ['', /there is no ""/],
])('--redis %j is refused', (text, problem) => {
  expect(() => readRedisSetup(text)).toThrow(problem);
});
