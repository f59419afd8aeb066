import { describe, expect, it } from 'vitest';
import { bandsOf } from './bands.ts';

describe('bandsOf', () => {
  it('merges equal values into one band', () => {
    const points = [
      [0, '1'],
      [5, '1'],
      [10, '0'],
      [15, '1'],
    ] as const;
    expect(bandsOf({ points }, 5, 100)).toEqual([
      { from: 0, to: 10, value: 1 },
      { from: 10, to: 15, value: 0 },
      { from: 15, to: 20, value: 1 },
    ]);
  });

  it('has gaps for missing values', () => {
    const points = [
      [0, '1'],
      [5, 'NaN'],
      [10, '1'],
      [30, '1'],
    ] as const;
    expect(bandsOf({ points }, 5, 100)).toEqual([
      { from: 0, to: 5, value: 1 },
      { from: 10, to: 15, value: 1 },
      { from: 30, to: 35, value: 1 },
    ]);
  });

  it('ends at the end of the picture', () => {
    expect(
      bandsOf(
        {
          points: [
            [0, '1'],
            [5, '1'],
            [10, '1'],
          ],
        },
        5,
        7,
      ),
    ).toEqual([{ from: 0, to: 7, value: 1 }]);
    expect(bandsOf({ points: [] }, 5, 7)).toEqual([]);
  });
});
