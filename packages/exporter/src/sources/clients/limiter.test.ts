import { expect, it } from 'vitest';
import { createLimiter } from './limiter.ts';

it('allows a burst, and then the refill rate', () => {
  const limiter = createLimiter({ perSecond: 2, burst: 3 }, 10);
  const passed = (times: number, at: number) =>
    Array.from({ length: times }, () => limiter.allows('a', at)).filter(Boolean).length;
  expect(passed(10, 0)).toBe(3);
  expect(passed(10, 1_000)).toBe(2);
  expect(passed(10, 60_000)).toBe(3);
  // A clock that goes backwards adds nothing.
  expect(passed(10, 0)).toBe(0);
});

it('remembers no more keys than its maximum', () => {
  const limiter = createLimiter({ perSecond: 1, burst: 1 }, 100);
  for (let key = 0; key < 10_000; key++) expect(limiter.allows(`${key}`, 0)).toBe(true);
  expect(limiter.size).toBe(100);
});
