import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fitCostModel, predictCpu, type Shape } from './cost-model.ts';
import { nonNegativeLeastSquares } from './nnls.ts';
import type { Features } from './result.ts';

const ABOUT = { serverVersion: '1.13.4', cpu: null };

/** Load of rooms with `size` participants, of which `sending` send audio. */
const rooms = (count: number, size: number, sending: number): Features => ({
  participants: count * size,
  tracksUp: count * sending,
  tracksDown: count * sending * (size - 1),
  packetsUp: 50 * count * sending,
  packetsDown: 50 * count * sending * (size - 1),
});

/**
 * Costs of a server that is half as fast as a typical one, and whose sent packets cost 1.5 times as
 * much as on such a server.
 */
const TRUE = {
  base: 0.018,
  cores: {
    participants: 2.4e-3,
    tracksUp: 6e-3,
    tracksDown: 2e-4,
    packetsUp: 5.4e-5,
    packetsDown: 4.2e-5,
  },
};
const shape = (scenario: string, loads: Features[]): Shape => ({
  scenario,
  points: loads.map((load) => ({ load, cpuCores: predictCpu(TRUE, load) })),
});
const calls = shape(
  'calls',
  [2, 8, 24].map((count) => rooms(count, 2, 2)),
);
const webinars = shape(
  'webinars',
  [1, 3, 6].map((count) => rooms(count, 30, 1)),
);

describe('a cost model', () => {
  test('of two shapes predicts other shapes of the same costs', () => {
    const model = fitCostModel([calls, webinars], ABOUT);
    if (model === null) throw new Error('no model');
    for (const load of [rooms(5, 6, 6), rooms(10, 3, 3), rooms(2, 20, 2)]) {
      const expected = predictCpu(TRUE, load);
      expect(Math.abs(predictCpu(model, load) - expected) / expected).toBeLessThan(0.1);
    }
    expect(model.shapes.map(({ error }) => error < 0.02)).toEqual([true, true]);
    expect(model.crossError).toBeLessThan(0.5);
  });

  test('of one shape states no error on other shapes', () => {
    expect(fitCostModel([calls], ABOUT)?.crossError).toBeNull();
  });

  test('needs at least two loads', () => {
    expect(fitCostModel([], ABOUT)).toBeNull();
    expect(fitCostModel([{ scenario: 'one', points: calls.points.slice(0, 1) }], ABOUT)).toBeNull();
  });

  test('has no negative cost, whatever was measured', () => {
    const load = fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 2, max: 30 }));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(load, fc.double({ min: 0.01, max: 8, noNaN: true })), { minLength: 2 }),
        (points) => {
          const model = fitCostModel(
            [
              {
                scenario: 'any',
                points: points.map(([[count, size], cpuCores]) => ({
                  load: rooms(count, size, 1),
                  cpuCores,
                })),
              },
            ],
            ABOUT,
          );
          expect(model).not.toBeNull();
          for (const cost of [model?.base, ...Object.values(model?.cores ?? {})])
            expect(cost).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });
});

describe('the non-negative least squares solution', () => {
  test('is the unconstrained solution if that has no negative component', () => {
    const x = nonNegativeLeastSquares(
      [
        [1, 0],
        [1, 1],
        [1, 2],
      ],
      [1, 3, 5],
    );
    expect(x[0]).toBeCloseTo(1, 9);
    expect(x[1]).toBeCloseTo(2, 9);
  });

  test('sets components to zero that would be negative', () => {
    const x = nonNegativeLeastSquares(
      [
        [1, 0],
        [0, 1],
      ],
      [2, -3],
    );
    expect(x).toEqual([2, 0]);
  });

  test('cannot be improved by a change of one component', () => {
    const number = fc.double({ min: -10, max: 10, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.tuple(number, number, number), number), {
          minLength: 3,
          maxLength: 8,
        }),
        (lines) => {
          const rows = lines.map(([row]) => [...row]);
          const b = lines.map(([, value]) => value);
          const x = nonNegativeLeastSquares(rows, b);
          const error = (candidate: readonly number[]): number =>
            rows.reduce(
              (sum, row, index) =>
                sum +
                (row.reduce((dot, value, k) => dot + value * (candidate[k] ?? 0), 0) -
                  (b[index] ?? 0)) **
                  2,
              0,
            );
          const own = error(x);
          for (const [index, value] of x.entries())
            for (const step of [0.01, -0.01]) {
              const moved = Math.max(0, value + step);
              expect(error(x.with(index, moved))).toBeGreaterThanOrEqual(own - 1e-6);
            }
        },
      ),
    );
  });
});
