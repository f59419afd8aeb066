import { expect, test } from 'vitest';
import { outcomeOf } from '../../../test/support/check-facts.ts';
import { ADMIN_PAGES, adminPagesRule } from './admin-pages.ts';

const matches = (text: string): string[] =>
  ADMIN_PAGES.filter(({ answers }) => answers.test(text)).map(({ port }) => String(port));

test('recognises pages of administration by their answers, and no other page', () => {
  expect(matches('{"agent_name":"helper","active_jobs":0}')).toEqual(['8081']);
  expect(matches('<title>Statistics Report for HAProxy</title>')).toEqual(['8404', '8404']);
  expect(matches('{"routers":{"a@file":{}}}')).toEqual(['8080']);
  expect(matches('{"version":"1","hot_restart_version":"11"}')).toEqual(['9901']);
  expect(matches('HTTP/1.1 404 Not Found\r\n\r\n404 page not found')).toEqual([]);
});

test('one that answers is an error', () => {
  const open = { name: 'the health server of agents', address: '192.0.2.1', port: 8081 };
  expect(outcomeOf(adminPagesRule([open], ['192.0.2.1']))).toBe('error');
  expect(outcomeOf(adminPagesRule([], ['192.0.2.1']))).toBe('passed');
});
