import { expect, test } from 'vitest';
import { readClient, readFields } from './redis-failover.ts';

/** Lines of CLIENT LIST of Redis 7.0.15: a replica, a Sentinel, a node, and a local socket. */
const CLIENTS = [
  'id=5 addr=127.0.2.2:44871 laddr=127.0.0.1:6379 fd=9 name= age=9 idle=0 flags=S db=0 cmd=replconf user=default',
  'id=7 addr=127.0.2.3:40012 laddr=127.0.0.1:6379 fd=10 name=sentinel-d1e2-cmd age=9 idle=0 flags=N db=0 cmd=ping user=default',
  'id=9 addr=127.0.0.1:50112 laddr=127.0.0.1:6379 fd=11 name= age=3 idle=0 flags=P db=0 cmd=subscribe user=default',
  'id=11 addr=/run/redis.sock:0 laddr=/run/redis.sock:0 fd=12 name= age=3 idle=0 flags=U db=0 cmd=ping user=default',
];

test('clients are replicas, Sentinels, or others', () => {
  expect(CLIENTS.flatMap(readClient)).toEqual([
    { kind: 'replica', address: '127.0.2.2' },
    { kind: 'sentinel', address: '127.0.2.3' },
    { kind: 'client', address: '127.0.0.1' },
  ]);
});

test('a reply of Sentinel has fields of several servers', () => {
  const lines = 'name lab ip 127.0.0.1 port 6379 num-slaves 1 name other port 6380'.split(' ');
  const [lab, other, ...rest] = readFields(lines);
  expect(lab?.get('port')).toBe('6379');
  expect(lab?.get('num-slaves')).toBe('1');
  expect(other?.get('name')).toBe('other');
  expect(rest).toEqual([]);
  expect(readFields([])).toEqual([]);
});
