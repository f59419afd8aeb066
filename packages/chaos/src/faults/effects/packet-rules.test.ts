import { expect, test } from 'vitest';
import { fakePlatform, NODE } from '../../../test/support/fake-platform.ts';
import { partitionRules } from '../redis-faults.ts';
import { queueRules } from './impair.ts';
import { dropPackets, dropRules, missingTrafficSupport, rollbackPackets } from './packet-rules.ts';

const PORTS = { address: '127.0.0.1', udp: [5000, 5001] as const, tcp: [7880, 7881] };
const lines = (rules: string): string[] =>
  rules
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.endsWith('drop') || line.includes('jump'));

test('both directions and protocols: on arrival, by address and port', () => {
  expect(
    lines(dropRules('abcd1234', PORTS, { protocol: 'both', direction: 'both' }, '', [])),
  ).toEqual([
    'ip daddr 127.0.0.1 udp dport 5000-5001 counter drop',
    'ip daddr 127.0.0.1 tcp dport { 7880, 7881 } counter drop',
    'ip saddr 127.0.0.1 udp sport 5000-5001 counter drop',
    'ip saddr 127.0.0.1 tcp sport { 7880, 7881 } counter drop',
  ]);
});

test('one direction, one protocol, a share', () => {
  const rules = dropRules(
    'abcd1234',
    PORTS,
    { protocol: 'udp', direction: 'in' },
    'numgen random mod 100 < 5',
    [],
  );
  expect(lines(rules)).toEqual([
    'ip daddr 127.0.0.1 udp dport 5000-5001 numgen random mod 100 < 5 counter drop',
  ]);
  expect(rules).toContain('table inet swarm_chaos_abcd1234 {');
});

test('packets to other hosts are dropped where the sender does not notice', () => {
  const ports = { address: '0.0.0.0', udp: [5000, 6000] as const, tcp: [] };
  const rules = dropRules('abcd1234', ports, { protocol: 'both', direction: 'out' }, '', [
    'eth0',
    'wg0',
  ]);
  expect(rules).toContain('hook egress devices = { "eth0", "wg0" }');
  expect(lines(rules)).toEqual([
    'udp sport 5000-6000 counter drop',
    'udp sport 5000-6000 counter drop',
  ]);
});

test('devices are listed only where packets leave by them', async () => {
  const devices = 'Inter-|   Receive\n face |bytes\n    lo: 100 1\n  eth0: 200 2\n';
  const target = fakePlatform((argv) =>
    argv.includes('/proc/net/dev') ? { stdout: devices } : {},
  );
  await dropPackets(target, NODE, 'abcd1234', { protocol: 'udp', direction: 'both' }, '');
  expect(target.ran.map(({ argv }) => argv[0])).toEqual(['nft']);
  const far = { ...NODE, ports: { ...PORTS, address: '10.0.0.7' } };
  await dropPackets(target, far, 'abcd1234', { protocol: 'udp', direction: 'both' }, '');
  expect(target.ran.at(-1)?.input).toContain('devices = { "eth0" }');
  await dropPackets(target, far, 'abcd1234', { protocol: 'udp', direction: 'in' }, '');
  expect(target.ran.at(-1)?.input).not.toContain('egress');
});

test('reports a component without such ports', async () => {
  const target = fakePlatform();
  const both = { protocol: 'both', direction: 'both' } as const;
  expect(await missingTrafficSupport(target, { ...NODE, ports: null }, both)).toContain(
    'the ports of node-1 are not known',
  );
  const redis = { ...NODE, name: 'redis', ports: { address: '127.0.0.1', udp: null, tcp: [6379] } };
  expect(await missingTrafficSupport(target, redis, { ...both, protocol: 'udp' })).toBe(
    'redis has no UDP ports',
  );
  expect(await missingTrafficSupport(target, redis, both)).toBeNull();
  const media = { ...NODE, ports: { ...PORTS, tcp: [] } };
  expect(await missingTrafficSupport(target, media, { ...both, protocol: 'tcp' })).toBe(
    'node-1 has no TCP ports',
  );
});

test('reports the message of nft when it rejects the rules', async () => {
  const target = fakePlatform(() => ({ code: 1, stderr: 'Error: Operation not permitted\nmore' }));
  await expect(
    dropPackets(target, NODE, 'abcd1234', { protocol: 'udp', direction: 'in' }, ''),
  ).rejects.toMatchObject({
    code: 'fault_unavailable',
    message: expect.stringContaining('Operation not permitted'),
  });
});

test('the rollback checks that the table is gone, and reports one that is left', async () => {
  const stuck = fakePlatform((argv) =>
    argv.includes('list') ? { stdout: 'table ip other\ntable inet swarm_chaos_abcd1234\n' } : {},
  );
  await expect(rollbackPackets(stuck, NODE, 'abcd1234')).rejects.toMatchObject({
    code: 'rollback_failed',
  });
  const clean = fakePlatform((argv) =>
    argv.includes('list') ? { stdout: 'table inet swarm_chaos_abcd12345\n' } : {},
  );
  await rollbackPackets(clean, NODE, 'abcd1234');
  const blind = fakePlatform((argv) =>
    argv.includes('list') ? { code: 1, stderr: 'Operation not permitted' } : {},
  );
  await expect(rollbackPackets(blind, NODE, 'abcd1234')).rejects.toMatchObject({
    code: 'rollback_failed',
  });
  // Without nft, no table was created.
  await rollbackPackets(
    fakePlatform(() => ({ code: 127 })),
    NODE,
    'abcd1234',
  );
});

test('packets are queued where they arrive and where they leave, never twice', () => {
  const rules = queueRules('abcd1234', 2, PORTS, { protocol: 'udp', direction: 'both' });
  expect(lines(rules)).toEqual([
    'ip daddr 127.0.0.1 udp dport 5000-5001 counter jump queued2',
    'ip saddr 127.0.0.1 udp sport 5000-5001 counter jump queued2',
  ]);
  expect(rules).toMatch(/arriving2[\s\S]*hook input[\s\S]*leaving2[\s\S]*hook output/);
  expect(queueRules('abcd1234', 0, PORTS, { protocol: 'udp', direction: 'out' })).not.toContain(
    'arriving',
  );
});

test('a node loses Redis in both directions: by its own address, its namespace, or its cgroup', () => {
  expect(
    lines(partitionRules('abcd1234', { address: '127.0.1.3', port: 6379, cgroup: null })),
  ).toEqual([
    'ip saddr 127.0.1.3 tcp sport 6379 counter drop',
    'ip daddr 127.0.1.3 tcp dport 6379 counter drop',
  ]);
  expect(lines(partitionRules('abcd1234', { address: null, port: 6379, cgroup: null }))).toEqual([
    'tcp sport 6379 counter drop',
    'tcp dport 6379 counter drop',
  ]);
  expect(
    lines(
      partitionRules('abcd1234', {
        address: null,
        port: 6379,
        cgroup: '/system.slice/livekit.service',
      }),
    )[1],
  ).toBe('socket cgroupv2 level 2 "system.slice/livekit.service" tcp dport 6379 counter drop');
});
