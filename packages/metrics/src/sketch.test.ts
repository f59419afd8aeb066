import { DDSketch } from '@datadog/sketches-js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GAMMA, RELATIVE_ACCURACY, Sketch, ZERO_BELOW } from './sketch.ts';

const times = fc.array(fc.double({ min: 0.01, max: 1e6, noNaN: true }), {
  minLength: 1,
  maxLength: 300,
});

const sketchOf = (values: number[]): Sketch => {
  const sketch = new Sketch();
  for (const value of values) sketch.add(value);
  return sketch;
};

describe('Sketch', () => {
  it('maps values to the keys that the packet pump documents: bin k holds (γ^(k-1), γ^k]', () => {
    expect(GAMMA).toBeCloseTo(1.02 / 0.98, 12);
    const library = new DDSketch({ relativeAccuracy: RELATIVE_ACCURACY });
    for (const value of [0.0011, 0.5, 0.98, 1.01, 20, 19_999.5]) {
      const key = Math.ceil(Math.log(value) / Math.log(GAMMA)) + 0;
      expect(library.mapping.key(value) + 0).toBe(key);
      expect(sketchOf([value]).toBins()).toEqual({ bins: [key, 1], zeros: 0 });
    }
  });

  it('gives quantiles within 2 %', () => {
    fc.assert(
      fc.property(times, fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
        const sorted = values.toSorted((a, b) => a - b);
        const exact = sorted[Math.floor(q * (sorted.length - 1))] ?? Number.NaN;
        const estimate = sketchOf(values).quantile(q) ?? Number.NaN;
        expect(Math.abs(estimate - exact)).toBeLessThanOrEqual(exact * (RELATIVE_ACCURACY + 1e-9));
      }),
    );
  });

  it('merges as if all values had been added to one', () => {
    fc.assert(
      fc.property(times, times, (left, right) => {
        const merged = sketchOf(left);
        merged.merge(sketchOf(right));
        const whole = sketchOf([...left, ...right]);
        expect(merged.toBins()).toEqual(whole.toBins());
        expect(merged).toMatchObject({ count: whole.count, min: whole.min, max: whole.max });
        expect(merged.avg).toBeCloseTo(whole.avg ?? Number.NaN, 5);
      }),
    );
  });

  it('counts as a histogram does, except for values close to a bound', () => {
    const bounds = [1, 10, 100, 1_000];
    fc.assert(
      fc.property(times, fc.nat(5), (values, zeros) => {
        const sketch = sketchOf(values);
        for (let i = 0; i < zeros; i++) sketch.add(0);
        const counts = sketch.countsUpTo(bounds);
        for (const [index, bound] of bounds.entries()) {
          const least = zeros + values.filter((value) => value <= bound * 0.959).length;
          const most = zeros + values.filter((value) => value <= bound * 1.041).length;
          expect(counts[index]).toBeGreaterThanOrEqual(least);
          expect(counts[index]).toBeLessThanOrEqual(most);
        }
        expect(counts).toEqual([...counts].sort((a, b) => a - b));
      }),
    );
    expect(sketchOf([20]).countsUpTo([19, 20])).toEqual([0, 1]);
    expect(new Sketch().countsUpTo([1])).toEqual([0]);
  });

  it('returns the bins that were added', () => {
    fc.assert(
      fc.property(times, fc.nat(50), (values, zeros) => {
        const bins = { ...sketchOf(values).toBins(), zeros };
        const copy = new Sketch();
        copy.addBins(bins);
        expect(copy.toBins()).toEqual(bins);
        expect(copy.count).toBe(values.length + zeros);
      }),
    );
  });

  it('counts values of zero or below as zero, and ignores NaN and infinity', () => {
    const sketch = sketchOf([0, ZERO_BELOW, -3, Number.NaN, Number.POSITIVE_INFINITY]);
    expect(sketch.toBins()).toEqual({ bins: [], zeros: 3 });
    expect(sketch).toMatchObject({ count: 3, min: 0, max: 0, avg: 0 });
    expect(sketch.quantile(0.99)).toBe(0);
  });

  it('has no quantiles when empty', () => {
    const sketch = new Sketch();
    expect([sketch.count, sketch.min, sketch.max, sketch.avg, sketch.quantile(0.5)]).toEqual([
      0,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('stays small for any input', () => {
    const sketch = new Sketch();
    sketch.addBins({
      bins: [-2_000_000_000, 1, 2_000_000_000, 1, Number.NaN, 5, 3, -1, 4],
      zeros: 0,
    });
    for (let exponent = -300; exponent <= 300; exponent++) sketch.add(10 ** exponent);
    expect(sketch.toBins().bins.length / 2).toBeLessThan(700);
    expect(sketch.count).toBe(2 + 601);
  });
});
