import { expect, test } from 'vitest';
import { roundOrder } from './comparability.ts';

const firstRounds = (seed: number, rounds: number): string => {
  const order = roundOrder(seed);
  return Array.from({ length: rounds }, () => order.next().value).join('');
};

test('each server starts one of every two rounds', () => {
  for (let seed = 0; seed < 20; seed++)
    expect(
      firstRounds(seed, 12)
        .match(/../g)
        ?.every((two) => two === 'AB' || two === 'BA'),
    ).toBe(true);
});

test('the first server of two rounds is random, and the same for the same seed', () => {
  expect(firstRounds(7, 40)).toBe(firstRounds(7, 40));
  expect(firstRounds(7, 40)).toContain('AA');
  expect(firstRounds(7, 40)).not.toBe(firstRounds(8, 40));
});
