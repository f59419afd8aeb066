import { expect, it } from 'vitest';
import { shuffleDrills } from './order.ts';

const NAMES = Array.from({ length: 28 }, (_, number) => ({ name: `drill-${number}` }));
const orderOf = (seed: number, drills = NAMES): string[] =>
  shuffleDrills(drills, seed).map(({ name }) => name);

it('shuffles by the seed alone', () => {
  expect(orderOf(7)).toEqual(orderOf(7, NAMES.toReversed()));
  expect(orderOf(7)).not.toEqual(orderOf(8));
  expect(orderOf(7).toSorted()).toEqual(NAMES.map(({ name }) => name).toSorted());
  expect(shuffleDrills([], 1)).toEqual([]);
});

it('begins with any drill', () => {
  const firsts = new Set(Array.from({ length: 1_000 }, (_, seed) => orderOf(seed)[0]));
  expect(firsts.size).toBe(NAMES.length);
});
