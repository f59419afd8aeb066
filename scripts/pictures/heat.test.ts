import { describe, expect, it } from 'vitest';
import { heatOf } from './heat.ts';

const bucket = (le: string, ...figures: string[]) => ({
  labels: { le },
  points: figures.map((figure, index) => [index, figure] as const),
});

describe('heatOf', () => {
  it('counts values between two bounds, in any order', () => {
    const rows = heatOf([bucket('+Inf', '6', '0'), bucket('0.1', '2', '0'), bucket('1', '5', '0')]);
    expect(rows.map(({ bound, cells }) => [bound, [...cells.values()]])).toEqual([
      [0.1, [2, 0]],
      [1, [3, 0]],
      [Number.POSITIVE_INFINITY, [1, 0]],
    ]);
  });

  it('counts an invalid value as 0, and omits series without a bound', () => {
    const rows = heatOf([
      bucket('1', 'NaN'),
      bucket('2', '-0.1'),
      { labels: {}, points: [[0, '7']] },
    ]);
    expect(rows.map(({ bound, cells }) => [bound, [...cells.values()]])).toEqual([
      [1, [0]],
      [2, [0]],
    ]);
  });
});
