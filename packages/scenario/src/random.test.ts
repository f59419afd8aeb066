import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DurationDistribution } from './executors/duration-distribution.ts';
import { drawDuration } from './executors/duration-distribution.ts';
import { type Random, randomStream } from './random.ts';

const take = (random: Random, count: number): number[] =>
  Array.from({ length: count }, () => random());
const mean = (values: readonly number[]): number =>
  values.reduce((a, b) => a + b, 0) / values.length;
const draws = (span: DurationDistribution, count = 20_000): number[] => {
  const random = randomStream(7, 'draws');
  return Array.from({ length: count }, () => drawDuration(span, random));
};
const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

describe('randomStream', () => {
  it('gives the same numbers for the same seed and name, and different ones for others', () => {
    expect(take(randomStream(1, 'a', 2), 50)).toEqual(take(randomStream(1, 'a', 2), 50));
    const streams = [
      randomStream(1, 'a', 2),
      randomStream(2, 'a', 2),
      randomStream(1, 'b', 2),
      randomStream(1, 'a', 3),
      randomStream(1, 'a', '2'),
    ];
    const all = streams.flatMap((stream) => take(stream, 50));
    expect(new Set(all).size).toBe(all.length);
  });

  it('has a uniform distribution from its first number on, over names that differ in one digit', () => {
    const firsts = Array.from({ length: 20_000 }, (_, n) => randomStream(1, 'place', n)());
    expect(Math.min(...firsts)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...firsts)).toBeLessThan(1);
    expect(mean(firsts)).toBeCloseTo(0.5, 1);
    const tenths = Array.from(
      { length: 10 },
      (_, tenth) => firsts.filter((one) => Math.floor(one * 10) === tenth).length,
    );
    for (const count of tenths) expect(Math.abs(count - 2_000)).toBeLessThan(200);
  });

  it('has no correlation between successive numbers', () => {
    const values = take(randomStream(3, 'walk'), 20_000);
    const steps = values.slice(1).map((value, n) => (value - 0.5) * ((values[n] ?? 0) - 0.5));
    expect(Math.abs(mean(steps))).toBeLessThan(0.005);
  });
});

describe('drawDuration', () => {
  it('keeps a constant', () => {
    expect(new Set(draws({ distribution: 'constant', ms: 1_234 }, 10))).toEqual(new Set([1_234]));
  });

  it('draws evenly between two times', () => {
    const values = draws({ distribution: 'uniform', minMs: 2_000, maxMs: 6_000 });
    expect(Math.min(...values)).toBeGreaterThanOrEqual(2_000);
    expect(Math.max(...values)).toBeLessThan(6_000);
    expect(mean(values) / 4_000).toBeCloseTo(1, 1);
  });

  it('draws exponential times, a third of them above the mean', () => {
    const values = draws({ distribution: 'exponential', meanMs: 10_000 });
    expect(mean(values) / 10_000).toBeCloseTo(1, 1);
    expect(values.filter((value) => value > 10_000).length / values.length).toBeCloseTo(
      Math.exp(-1),
      1,
    );
  });

  it('draws lognormal times, half of them below the median, a sixth above one sigma', () => {
    const values = draws({ distribution: 'lognormal', medianMs: 45_000, sigma: 0.8 });
    expect(median(values) / 45_000).toBeCloseTo(1, 1);
    expect(
      values.filter((value) => value > 45_000 * Math.exp(0.8)).length / values.length,
    ).toBeCloseTo(0.159, 1);
  });

  it('never draws negative or infinite times', () => {
    const span = fc.oneof(
      fc.record({
        distribution: fc.constant('exponential' as const),
        meanMs: fc.integer({ min: 1, max: 1e8 }),
      }),
      fc.record({
        distribution: fc.constant('lognormal' as const),
        medianMs: fc.integer({ min: 1, max: 1e8 }),
        sigma: fc.double({ min: 0, max: 3, noNaN: true }),
      }),
    );
    fc.assert(
      fc.property(span, fc.integer(), (one, seed) => {
        const random = randomStream(seed, 'span');
        for (let n = 0; n < 50; n++) {
          const drawn = drawDuration(one, random);
          expect(drawn).toBeGreaterThanOrEqual(0);
          expect(Number.isFinite(drawn)).toBe(true);
        }
      }),
    );
  });
});
