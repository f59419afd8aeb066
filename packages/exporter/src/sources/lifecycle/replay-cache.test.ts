import { expect, it } from 'vitest';
import { ReplayCache } from './replay-cache.ts';

it('remembers a limited number of events, each for a limited time', () => {
  const seen = new ReplayCache(1_000, 3);
  expect(['a', 'b', 'a'].map((id) => seen.add(id, 0))).toEqual([true, true, false]);
  for (let number = 0; number < 100; number++) seen.add(`${number}`, 10);
  expect(seen.size).toBeLessThanOrEqual(3);
  expect(seen.add('99', 10)).toBe(false);
  expect(seen.add('99', 5_000)).toBe(true);
});
