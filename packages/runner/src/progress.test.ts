import { emptySeries, type SampleLine, type SeriesSample } from '@livekit-swarm/record';
import { describe, expect, it } from 'vitest';
import { createProgressFold } from './progress.ts';

const series = (direction: 'up' | 'down', changes: Partial<SeriesSample> = {}): SeriesSample => ({
  ...emptySeries({ direction, kind: 'audio', group: 'load', role: 'publisher', codec: 'opus' }),
  tracks: 1,
  packets: 100,
  bytes: 8_000,
  ...changes,
});

const sample = (
  shard: number,
  all: SeriesSample[],
  generator: Partial<SampleLine['generator']> = {},
): SampleLine => ({
  type: 'sample',
  at: 1_000,
  shard,
  intervalMs: 2_000,
  connected: 1,
  series: all,
  generator: {
    cpuCores: 0.25,
    cpuSeconds: 1,
    residentBytes: 100,
    eventLoopLagMs: shard,
    tickLatenessMs: 1,
    stuckThreads: 0,
    lateSends: 1,
    sendErrors: 0,
    socketDrops: 0,
    datagramsSent: 0,
    datagramsReceived: 0,
    lateJoins: 0,
    ...generator,
  },
});

describe('createProgressFold', () => {
  it('has no figures before the first sample', () => {
    expect(createProgressFold().snapshot()).toMatchObject({
      packetsPerSecond: { up: 0, down: 0 },
      loss: null,
      latencyP95Ms: null,
    });
  });

  it('sums shards, each by its own interval, with the latest sample of each', () => {
    const fold = createProgressFold();
    fold.add(sample(0, [series('up'), series('down', { packets: 999 })]));
    fold.add(sample(0, [series('up'), series('down', { lost: 10, packets: 90 })]));
    fold.add(sample(7, [series('down', { packets: 100 })]));
    const snapshot = fold.snapshot();
    expect(snapshot.packetsPerSecond).toEqual({ up: 50, down: 95 });
    expect(snapshot.loss).toBeCloseTo(10 / 200, 9);
    expect(snapshot.generator).toMatchObject({
      cpuCores: 0.5,
      residentBytes: 200,
      eventLoopLagMs: 7,
      lateSends: 3,
    });
  });

  it('computes percentiles over all shards, of media only', () => {
    const fold = createProgressFold();
    fold.add(sample(0, [series('down', { latency: { bins: [0, 90], zeros: 0 } })]));
    fold.add(sample(1, [series('down', { latency: { bins: [115, 10], zeros: 0 } })]));
    const data = series('down', { lost: 50, latency: { bins: [300, 1_000], zeros: 0 } });
    fold.add(sample(2, [{ ...data, labels: { ...data.labels, kind: 'data' } }]));
    // Bin 115 of γ = 1.02/0.98 contains 98 … 102 ms.
    expect(fold.snapshot().latencyP95Ms).toBeCloseTo(98.6, -1);
    expect(fold.snapshot().loss).toBe(0);
  });

  it('drops the level of a shard that died, but not its sums', () => {
    const fold = createProgressFold();
    fold.add(sample(0, [series('up')]));
    fold.forget(0);
    expect(fold.snapshot()).toMatchObject({
      packetsPerSecond: { up: 0, down: 0 },
      generator: { cpuCores: 0, lateSends: 1 },
    });
  });
});
