import { expect, test } from 'vitest';
import { commonPart, errorOf, middleOf } from './interval.ts';

test('two observations of a moment narrow it', () => {
  const a = { earliestMs: 10, latestMs: 30 };
  expect(commonPart(a, { earliestMs: 20, latestMs: 50 })).toEqual({ earliestMs: 20, latestMs: 30 });
  expect(commonPart(a, { earliestMs: null, latestMs: 20 })).toEqual({
    ...{ earliestMs: 10, latestMs: 20 },
  });
  expect(commonPart(a, { earliestMs: 31, latestMs: 50 })).toBeNull();
  expect([middleOf(a), errorOf(a)]).toEqual([20, 10]);
  expect(errorOf({ earliestMs: null, latestMs: 20 })).toBeNull();
});
