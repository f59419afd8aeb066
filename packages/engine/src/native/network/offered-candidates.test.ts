import type { Failure } from '@livekit-swarm/livekit';
import type { MediaPath } from '@livekit-swarm/scenario';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NodePorts } from './node-ports.ts';
import { OfferedCandidates } from './offered-candidates.ts';

const udp = (port: number, type = 'host') => `candidate:1 1 udp 1 192.0.2.1 ${port} typ ${type}`;
const TCP = 'candidate:1 1 tcp 1 192.0.2.1 7881 typ host tcptype passive';

const joining = (path: MediaPath = 'direct', ports = new NodePorts()) => {
  const failures: Failure[] = [];
  const offered = new OfferedCandidates({
    path,
    ports: () => ports,
    onFailed: (_, failure) => failures.push(failure),
  });
  offered.joined('ND_one');
  offered.described(1);
  return { offered, ports, reasons: () => failures.map(({ reason }) => reason), failures };
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a server that offers TCP only', () => {
  it.each<[MediaPath, string[]]>([
    ['direct', ['udp_not_offered']],
    ['turn-udp', ['udp_not_offered']],
    ['ice-tcp', []],
    ['auto', []],
  ])('%s: %j', (path, expected) => {
    const { offered, reasons } = joining(path);
    offered.onCandidate(1, TCP);
    offered.ended(1);
    vi.advanceTimersByTime(250);
    expect(reasons()).toEqual(expected);
    expect(offered.isWithoutUdp(1)).toBe(true);
  });

  it('names the setting, and the path that works', () => {
    const { offered, failures } = joining();
    offered.onCandidate(1, TCP);
    offered.ended(1);
    vi.advanceTimersByTime(250);
    expect(failures[0]?.message).toContain('TCP only, at 192.0.2.1:7881 (rtc.force_tcp');
    expect(failures[0]?.hint).toContain('--path ice-tcp');
  });
});

it('waits for late UDP candidates, regardless of earlier ones', async () => {
  const { offered, reasons } = joining();
  offered.onCandidate(1, TCP);
  await vi.advanceTimersByTimeAsync(14_000);
  offered.onCandidate(1, udp(50_000, 'srflx'));
  offered.ended(1);
  expect(reasons()).toEqual([]);
  expect(offered.failure).toBeNull();
});

it('waits for the first candidate of an unknown node, and reports at a timeout that none arrived', async () => {
  const { offered, reasons } = joining();
  await vi.advanceTimersByTimeAsync(14_000);
  expect(reasons()).toEqual([]);
  expect(offered.failure?.reason).toBe('no_candidates');
});

describe('a node whose UDP ports are used up', () => {
  const usedUp = () => {
    const ports = new NodePorts();
    for (const port of [28_901, 28_900]) joining('direct', ports).offered.onCandidate(1, udp(port));
    return joining('direct', ports);
  };

  it('is detected when its candidates have ended with TCP', () => {
    const { offered, failures } = usedUp();
    offered.onCandidate(1, TCP);
    offered.ended(1);
    vi.advanceTimersByTime(250);
    expect(failures[0]).toMatchObject({
      reason: 'udp_ports_exhausted',
      message: expect.stringContaining('2 ports from 28900 to 28901'),
      hint: expect.stringContaining('rtc.port_range_start'),
    });
  });

  it('is detected early if no candidate arrives at all', async () => {
    const { reasons } = usedUp();
    await vi.advanceTimersByTimeAsync(3_000);
    expect(reasons()).toEqual(['udp_ports_exhausted']);
  });

  it('does not stand for another node', async () => {
    const { ports } = usedUp();
    const { offered, reasons } = joining('direct', ports);
    offered.joined('ND_two');
    offered.onCandidate(1, TCP);
    offered.ended(1);
    vi.advanceTimersByTime(250);
    expect(reasons()).toEqual(['udp_not_offered']);
  });
});

it('does not end a recovery: a server keeps UDP from a client for which it failed', () => {
  for (const first of [
    (offered: OfferedCandidates) => offered.onCandidate(1, udp(7_882)),
    (offered: OfferedCandidates) => offered.connected(),
  ]) {
    const { offered, reasons } = joining();
    first(offered);
    offered.described(1);
    offered.onCandidate(1, TCP);
    offered.ended(1);
    vi.advanceTimersByTime(250);
    expect(reasons()).toEqual([]);
  }
});
