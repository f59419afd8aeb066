import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { secondsOf } from './seconds.ts';

describe('the seconds of a sample', () => {
  it('are one if it was taken at a full second, apart from the lateness of a timer', () => {
    expect(secondsOf(3_000, 1_000)).toEqual([{ second: 2, share: 1, covers: 1 }]);
    expect(secondsOf(3_140, 1_137)).toEqual([{ second: 2, share: 1, covers: 1 }]);
    expect(secondsOf(2_990, 985)).toEqual([{ second: 2, share: 1, covers: 1 }]);
  });

  it('are two if it was taken between full seconds', () => {
    expect(secondsOf(3_500, 1_000)).toEqual([
      { second: 2, share: 0.5, covers: 0.5 },
      { second: 3, share: 0.5, covers: 0.5 },
    ]);
  });

  it('are many after a worker was suspended', () => {
    expect(secondsOf(8_000, 4_000).map(({ second, share }) => [second, share])).toEqual([
      [4, 0.25],
      [5, 0.25],
      [6, 0.25],
      [7, 0.25],
    ]);
  });

  it('include a short last interval', () => {
    expect(secondsOf(20_130, 128)).toEqual([{ second: 19, share: 1, covers: 0 }]);
    expect(secondsOf(20_600, 598)).toEqual([{ second: 20, share: 1, covers: 0.6 }]);
  });

  it('are none before the start of the run', () => {
    expect(secondsOf(-500, 1_000)).toEqual([]);
    expect(secondsOf(0, 1_000)).toEqual([]);
    expect(secondsOf(1_000, 5_000)).toEqual([{ second: 0, share: 1, covers: 1 }]);
  });

  it('contain the whole sample, and at most one second each', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 61_000, max: 1e7, noNaN: true }),
        fc.integer({ min: 0, max: 60_000 }),
        (at, interval) => {
          const parts = secondsOf(at, interval);
          expect(parts.length).toBeGreaterThan(0);
          expect(parts.length).toBeLessThanOrEqual(62);
          expect(parts.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 6);
          for (const { covers } of parts) expect(covers).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it('are limited for an invalid record', () => {
    expect(secondsOf(1e15, 1e15).length).toBeLessThan(100);
    expect(secondsOf(5_000, -3)).toHaveLength(1);
  });
});
