import { describe, expect, it } from 'vitest';
import { componentName, readReference, readSshSpec, sshSpecName, writeReference } from './spec.ts';

describe('readSshOrder', () => {
  it('puts units on every host, or on one', () => {
    const order = readSshSpec(
      'lk-1, root@lk-2,ssh://root@10.0.0.5:2222',
      'node=livekit, redis=lk-1/redis,turn=ssh://root@10.0.0.5:2222/coturn',
      undefined,
    );
    const node = { kind: 'node', name: 'livekit.service' };
    expect(order).toEqual({
      config: null,
      hosts: [
        { host: 'lk-1', units: [node, { kind: 'redis', name: 'redis.service' }] },
        { host: 'root@lk-2', units: [node] },
        {
          host: 'ssh://root@10.0.0.5:2222',
          units: [node, { kind: 'turn', name: 'coturn.service' }],
        },
      ],
    });
    expect(sshSpecName(order)).toBe('lk-1,lk-2,10.0.0.5:2222');
    expect(componentName(order, 'lk-1', 'livekit.service')).toBe('lk-1/livekit.service');
    expect(readReference(JSON.parse(JSON.stringify(writeReference(order))))).toEqual(order);
  });

  it('leaves hosts out of names where there is one only, and knows where its configuration is', () => {
    const order = readSshSpec('lk-1', 'node=a,node=b', 'ssh/config');
    expect(componentName(order, 'lk-1', 'a.service')).toBe('a.service');
    expect(order.config).toMatch(/^\/.*\/ssh\/config$/);
    expect(readReference(JSON.parse(JSON.stringify(writeReference(order))))).toEqual(order);
  });

  it.each([
    ['', 'node=a', 'no hosts'],
    ['-oProxyCommand=id', 'node=a', 'invalid ssh host'],
    ['lk-1;id', 'node=a', 'invalid ssh host'],
    ['$(id)', 'node=a', 'invalid ssh host'],
    ['a b', 'node=a', 'invalid ssh host'],
    ['lk-1,lk-1', 'node=a', 'names a host twice'],
    ['lk-1', '', 'no unit on lk-1'],
    ['lk-1,lk-2', 'node=lk-1/a', 'no unit on lk-2'],
    ['lk-1', 'node=lk-9/a', 'refers to unknown host'],
    ['lk-1', 'node=a,node=a.service', 'named twice'],
    ['lk-1', 'livekit', 'unknown unit "livekit"'],
    ['lk-1', 'server=livekit', 'unknown unit'],
    ['lk-1', 'node=--all', 'unknown unit'],
    ['lk-1', 'node=$(id)', 'unknown unit'],
  ])('refuses %s with %s', (hosts, units, message) => {
    expect(() => readSshSpec(hosts, units, undefined)).toThrow(message);
  });
});

it('refuses a reference that somebody has changed', () => {
  const hosts = [JSON.stringify({ host: '-oProxyCommand=id', units: ['node=a'] })];
  expect(() => readReference({ kind: 'ssh', hosts })).toThrow('cannot be found again');
  expect(() => readReference({ kind: 'ssh', hosts: ['no json'] })).toThrow('cannot be found again');
});
