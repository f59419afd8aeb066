import { expect, test } from 'vitest';
import { fakeClock } from '../../test/support/fake-clock.ts';
import { Keepalive, type KeepaliveOptions } from './keepalive.ts';

const connection = (now: number) => {
  const log: string[] = [];
  const kept: KeepaliveOptions = {
    pingEveryMs: 5_000,
    pingTimeoutMs: 15_000,
    lastHeardAt: now,
    lastPingAt: now,
    ping: (at) => log.push(`ping ${at}`),
    timedOut: () => log.push('timed out'),
  };
  return { kept, log };
};

test('pings at the interval of the server', () => {
  const clock = fakeClock();
  const keepalive = new Keepalive(clock);
  const { kept, log } = connection(clock.now());
  keepalive.add(kept);
  clock.advance(10_000);
  expect(log).toEqual(['ping 5000', 'ping 10000']);
});

test('reports a timeout once when no message arrives', () => {
  const clock = fakeClock();
  const keepalive = new Keepalive(clock);
  const { kept, log } = connection(clock.now());
  keepalive.add(kept);
  clock.advance(60_000);
  expect(log).toEqual(['ping 5000', 'ping 10000', 'timed out']);
});

test('any message restarts the timeout', () => {
  const clock = fakeClock();
  const keepalive = new Keepalive(clock);
  const { kept, log } = connection(clock.now());
  keepalive.add(kept);
  clock.advance(10_000);
  kept.lastHeardAt = clock.now();
  clock.advance(14_000);
  expect(log).not.toContain('timed out');
});

test('stops its timer', () => {
  const clock = fakeClock();
  const keepalive = new Keepalive(clock);
  const { kept } = connection(clock.now());
  keepalive.add(kept);
  keepalive.remove(kept);
  expect(clock.pending()).toBe(0);
});

test('excludes the time in which this process was stopped', () => {
  const clock = fakeClock();
  const keepalive = new Keepalive(clock);
  const { kept, log } = connection(clock.now());
  keepalive.add(kept);
  clock.advance(4_000);
  clock.stop(30_000);
  clock.advance(1_000);
  expect(log).toEqual([expect.stringMatching(/^ping/)]);
  clock.advance(20_000);
  expect(log.at(-1)).toBe('timed out');
});
