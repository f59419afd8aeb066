import type { PumpSample } from '@livekit-swarm/webrtc';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { peerOf } from '../../../test/support/streams.ts';
import { Sampler } from './sampler.ts';
import { StreamRegistry } from './stream-registry.ts';

const nothing: PumpSample = {
  senders: [],
  receivers: [],
  peers: [],
  flows: [],
  interruptions: [],
  latencies: [],
  maxTickLateMs: 0,
  stuckThreads: 0,
  datagramsSent: 0,
  datagramsReceived: 0,
  wireBytesSent: 0,
  wireBytesReceived: 0,
  sharedSocketDrops: 0,
  cpuSeconds: 0,
};

/** Sampler of a pump whose reads take this long. @param readMs duration of a read, ms */
const samplerOf = (readMs: number) => {
  let now = 0;
  let reads = 0;
  const sample = (): PumpSample => {
    now += readMs;
    reads++;
    return nothing;
  };
  return { sampler: new Sampler({ sample }, new StreamRegistry(), () => now), reads: () => reads };
};

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Time that a leaving participant waits for its last counters, ms. */
const waitOf = async (readMs: number): Promise<number> => {
  const { sampler, reads } = samplerOf(readMs);
  sampler.read();
  const waiting = [sampler.readSoon(), sampler.readSoon()];
  let ms = 0;
  for (; reads() < 2 && ms < 1_000; ms++) vi.advanceTimersByTime(1);
  await Promise.all(waiting);
  expect(reads()).toBe(2);
  return ms;
};

test.each([
  [0.5, 50],
  [9, 180],
  [100, 400],
])('a read of %d ms is shared by all requests within %d ms', async (readMs, waitMs) => {
  expect(await waitOf(readMs)).toBe(waitMs);
});

test('counters of a stuck thread are missing for a while, and then complete', () => {
  const samples = [
    { ...nothing, datagramsSent: 300, datagramsReceived: 30, wireBytesSent: 9_000 },
    {
      ...nothing,
      datagramsSent: 100,
      datagramsReceived: 10,
      wireBytesSent: 3_000,
      stuckThreads: 1,
    },
    { ...nothing, datagramsSent: 350, datagramsReceived: 35, wireBytesSent: 10_500 },
  ];
  const sampler = new Sampler({ sample: () => samples.shift() ?? nothing }, new StreamRegistry());
  const taken = [sampler.take(0), sampler.take(0), sampler.take(0)].map(
    ({ generator: { datagramsSent, datagramsReceived, wireBytesSent, stuckThreads } }) => [
      datagramsSent,
      datagramsReceived,
      wireBytesSent,
      stuckThreads,
    ],
  );
  expect(taken).toEqual([
    [300, 30, 9_000, 0],
    [0, 0, 0, 1],
    [50, 5, 1_500, 0],
  ]);
});

test('rejected packets of peers count like those of media, as differences between samples', () => {
  const registry = new StreamRegistry();
  registry.peers.set(1, peerOf());
  const samples = [2, 5, 5].map((sendErrors) => {
    const { stats } = peerOf({ sendErrors });
    return { ...nothing, peers: stats === null ? [] : [stats] };
  });
  const sampler = new Sampler({ sample: () => samples.shift() ?? nothing }, registry);
  const errors = () => sampler.take(1).generator.sendErrors;
  expect([errors(), errors(), errors()]).toEqual([2, 3, 0]);
});
