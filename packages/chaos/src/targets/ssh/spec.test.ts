import { describe, expect, it } from 'vitest';
import { componentName, readReference, readSshSpec, sshSpecName, writeReference } from './spec.ts';

describe('readSshSpec', () => {
  it('assigns units to every host, or to one', () => {
    const spec = readSshSpec(
      'lk-1, root@lk-2,ssh://root@10.0.0.5:2222',
      'node=livekit, redis=lk-1/redis,turn=ssh://root@10.0.0.5:2222/coturn',
      undefined,
    );
    const node = { kind: 'node', name: 'livekit.service' };
    expect(spec).toEqual({
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
    expect(sshSpecName(spec)).toBe('lk-1,lk-2,10.0.0.5:2222');
    expect(componentName(spec, 'lk-1', 'livekit.service')).toBe('lk-1/livekit.service');
    expect(readReference(JSON.parse(JSON.stringify(writeReference(spec))))).toEqual(spec);
  });

  it('omits a single host from names, and resolves the path of the configuration', () => {
    const spec = readSshSpec('lk-1', 'node=a,node=b', 'ssh/config');
    expect(componentName(spec, 'lk-1', 'a.service')).toBe('a.service');
    expect(spec.config).toMatch(/^\/.*\/ssh\/config$/);
    expect(readReference(JSON.parse(JSON.stringify(writeReference(spec))))).toEqual(spec);
  });

  it.each([
    ['', 'node=a', 'no SSH hosts'],
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

it('rejects a reference that was edited', () => {
  const units = [{ kind: 'node', name: 'a.service' }];
  const edited = (...hosts: unknown[]) => readReference({ kind: 'ssh', config: null, hosts });
  expect(edited({ host: 'lk-1', units }).hosts).toEqual([{ host: 'lk-1', units }]);
  expect(() => edited({ host: '-oProxyCommand=id', units })).toThrow('does not describe hosts');
  expect(() => edited({ host: 'lk-1', units: [{ kind: 'node', name: '--all' }] })).toThrow(
    'does not describe hosts',
  );
  expect(() => edited('no host')).toThrow('does not describe hosts');
});
