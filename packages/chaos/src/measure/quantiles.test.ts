import { expect, it } from 'vitest';
import { quantiles } from './quantiles.ts';

it('takes measured values by nearest rank', () => {
  expect(quantiles([3, 1, 2, 4])).toEqual({ p50: 2, p95: 4, max: 4 });
  expect(quantiles([])).toBeNull();
});

it('counts media that did not recover as the slowest', () => {
  expect(quantiles([null, 1, null, 2, 3])).toEqual({ p50: 3, p95: null, max: null });
  expect(quantiles([null, 1, null])).toEqual({ p50: null, p95: null, max: null });
  expect(quantiles([...Array<number>(19).fill(1), null])).toEqual({ p50: 1, p95: 1, max: null });
  expect(quantiles([null, null])).toBeNull();
});
