import { Sketch } from '@livekit-swarm/metrics';
import type { ExponentialHistogram } from '@opentelemetry/sdk-metrics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exponentialDifference, exponentialHistogramOf } from './exponential-histogram.ts';

const sketchOf = (values: readonly number[]): Sketch => {
  const sketch = new Sketch();
  for (const value of values) sketch.add(value);
  return sketch;
};

/**
 * Lower and upper bound of the bucket with the value of this rank, as the data model defines them.
 */
const boundsOfRank = (histogram: ExponentialHistogram, rank: number): [number, number] => {
  const base = 2 ** (2 ** -histogram.scale);
  let seen = histogram.zeroCount;
  if (rank < seen) return [0, 0];
  for (const [index, count] of histogram.positive.bucketCounts.entries()) {
    seen += count;
    const exponent = histogram.positive.offset + index;
    if (rank < seen) return [base ** exponent, base ** (exponent + 1)];
  }
  throw new Error(`no value has rank ${rank}`);
};

describe('exponentialHistogramOf', () => {
  it('counts every value once, and keeps sum, minimum and maximum', () => {
    const histogram = exponentialHistogramOf(sketchOf([0, 0.5, 20, 20, 3_000]));
    const { count, sum, zeroCount, min, max, positive } = histogram;
    expect({ count, zeroCount, min, max }).toEqual({ count: 5, zeroCount: 1, min: 0, max: 3 });
    expect(sum).toBeCloseTo(3.0405, 10);
    expect(positive.bucketCounts.reduce((total, one) => total + one)).toBe(4);
    expect(positive.bucketCounts.at(0)).toBe(1);
    expect(positive.bucketCounts.at(-1)).toBe(1);
  });

  it('has at most the documented error, at every rank', () => {
    const ms = fc.double({ min: 0.0011, max: 900_000, noNaN: true });
    fc.assert(
      fc.property(fc.array(ms, { minLength: 1, maxLength: 200 }), (values) => {
        const histogram = exponentialHistogramOf(sketchOf(values));
        for (const [rank, value] of values.toSorted((a, b) => a - b).entries()) {
          const [low, high] = boundsOfRank(histogram, rank);
          const seconds = value / 1_000;
          expect(Math.abs(Math.sqrt(low * high) / seconds - 1)).toBeLessThan(0.043);
          expect(high / seconds - 1).toBeLessThan(0.066);
          expect(1 - low / seconds).toBeLessThan(0.066);
        }
      }),
    );
  });

  it('has no bucket whose count decreases while values are added', () => {
    const sketch = new Sketch();
    let before = exponentialHistogramOf(sketch);
    for (const value of [5, 0.2, 700, 5.1, 0, 44, 4.9, 44]) {
      sketch.add(value);
      const now = exponentialHistogramOf(sketch);
      const added = exponentialDifference(now, before);
      expect(added.count).toBe(1);
      expect(added.zeroCount + added.positive.bucketCounts.reduce((a, b) => a + b, 0)).toBe(1);
      expect(Math.min(added.zeroCount, ...added.positive.bucketCounts)).toBe(0);
      expect(added.sum).toBeCloseTo(value / 1_000, 10);
      before = now;
    }
  });

  it('stays small for any values', () => {
    const { positive } = exponentialHistogramOf(sketchOf([0.0011, 1e9, 1e12]));
    expect(positive.bucketCounts.length).toBeLessThanOrEqual(640);
  });
});
