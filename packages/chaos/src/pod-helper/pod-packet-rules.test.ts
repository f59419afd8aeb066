import { describe, expect, it } from 'vitest';
import { needsQueue, podPacketRules } from './pod-packet-rules.ts';
import type { HelperNetworkFault } from './protocol.ts';

const GROUP = { path: 'kubepods/burstable/pod1', level: 3 };
const FAULT: HelperNetworkFault = {
  type: 'network',
  protocol: 'udp',
  direction: 'both',
  peerPorts: null,
};
const rules = (fault: Partial<HelperNetworkFault>, devices = ['eth0', 'cni0']): string[] =>
  podPacketRules({
    table: 'swarm_chaos_a',
    group: GROUP,
    fault: { ...FAULT, ...fault },
    devices,
    mark: 0xabc,
  })
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /drop$|mark set|jump|^table|hook egress/.test(line));
const SOCKET = 'socket cgroupv2 level 3 "kubepods/burstable/pod1"';

describe('rules for the packets of a pod', () => {
  it('select sockets of its cgroup, and drop sent packets where the sender does not notice', () => {
    expect(rules({ loss: 1 })).toEqual([
      'table inet swarm_chaos_a {',
      'meta mark 0xabc drop',
      `${SOCKET} meta l4proto udp counter drop`,
      `${SOCKET} meta l4proto udp counter meta mark set 0xabc`,
      'table netdev swarm_chaos_a {',
      'type filter hook egress devices = { "eth0", "cni0" } priority 0; policy accept;',
      'meta mark 0xabc drop',
    ]);
  });

  it('affect one direction, a share, and both protocols', () => {
    expect(rules({ loss: 0.2, direction: 'in', protocol: 'both' })).toEqual([
      'table inet swarm_chaos_a {',
      `${SOCKET} meta l4proto { tcp, udp } numgen random mod 1000000 < 200000 counter drop`,
    ]);
    expect(rules({ loss: 1, direction: 'out', protocol: 'tcp' }, [])).toEqual([
      'table inet swarm_chaos_a {',
      'meta mark 0xabc drop',
      `${SOCKET} meta l4proto tcp counter meta mark set 0xabc`,
    ]);
  });

  it('affect only the ports of a peer', () => {
    expect(rules({ loss: 1, protocol: 'both', peerPorts: [6379, 6380] }, []).slice(2)).toEqual([
      `${SOCKET} tcp sport { 6379, 6380 } counter drop`,
      `${SOCKET} tcp dport { 6379, 6380 } counter meta mark set 0xabc`,
    ]);
  });

  it('queue packets for what needs state or time', () => {
    expect(rules({ delayMs: 50 })).toEqual([
      'table ip swarm_chaos_a {',
      `${SOCKET} meta l4proto udp counter jump queued`,
      `${SOCKET} meta l4proto udp counter jump queued`,
    ]);
    expect(rules({ delayMs: 50, direction: 'out' })).toHaveLength(2);
    expect(needsQueue({ ...FAULT, loss: 0.1, burst: 3 })).toBe(true);
    expect(needsQueue({ ...FAULT, loss: 1, burst: 3 })).toBe(false);
    expect(needsQueue({ ...FAULT, loss: 0.1, burst: 1 })).toBe(false);
  });
});
