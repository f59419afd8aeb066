import { expect, it } from 'vitest';
import { type HostIdentity, identifyHost, relateHost } from './host-identity.ts';
import { stateDir } from './state-dir.ts';

const A: HostIdentity = { hostname: 'a', machineId: 'm-a', bootId: 'b-1', pidNamespace: 1 };

it.each([
  ['the same place', A, 'here'],
  ['a new name of the host', { ...A, hostname: 'renamed' }, 'here'],
  ['a restart', { ...A, bootId: 'b-2' }, 'after_restart'],
  ['another container of the host', { ...A, pidNamespace: 2 }, 'elsewhere'],
  ['another machine', { ...A, hostname: 'b', machineId: 'm-b', bootId: 'b-2' }, 'elsewhere'],
  ['a clone with the same machine id', { ...A, hostname: 'b', bootId: 'b-2' }, 'elsewhere'],
] as const)('%s', (_what, here, relation) => {
  expect(relateHost(A, here)).toBe(relation);
});

it('compares host names where the system has no ids', () => {
  const mac: HostIdentity = { hostname: 'mac', machineId: null, bootId: null, pidNamespace: null };
  expect(relateHost(mac, mac)).toBe('here');
  expect(relateHost(mac, { ...mac, hostname: 'other' })).toBe('elsewhere');
});

it('is the same in every call', () => {
  expect(relateHost(identifyHost(), identifyHost())).toBe('here');
});

it('keeps state outside the cache folder', () => {
  expect(stateDir({ XDG_STATE_HOME: '/state', XDG_CACHE_HOME: '/cache' })).toBe(
    '/state/livekit-swarm',
  );
  expect(stateDir({ XDG_STATE_HOME: 'relative' })).toMatch(/\/\.local\/state\/livekit-swarm$/);
});
