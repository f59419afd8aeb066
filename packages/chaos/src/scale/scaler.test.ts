import { expect, test } from 'vitest';
import { createScaler, nodesFor } from './scaler.ts';

const LIMITS = { min: 1, max: 4 };
const RULE = { target: 10, tolerance: 0.1, coolDown: { up: 0, down: 30_000 } };
const at = (seconds: number, load: number, wanted: number, planned: number | null = null) => ({
  ...{ at: seconds * 1_000, load, wanted, planned },
});

test('a load needs as many nodes as bring it to the target, within the limits', () => {
  expect([0, 10, 10.1, 25, 400].map((load) => nodesFor(load, RULE, LIMITS))).toEqual([
    1, 1, 2, 3, 4,
  ]);
});

test('adds every missing node at once, and tolerates a small deviation', () => {
  const scaler = createScaler(RULE, LIMITS);
  expect(scaler.decide(at(0, 11, 1))).toBeNull();
  expect(scaler.decide(at(1, 31, 1))).toEqual({ to: 4, why: 'load' });
  expect(scaler.decide(at(2, 400, 4))).toBeNull();
});

test('removes one node at a time, each after the cool-down of the last decision', () => {
  const scaler = createScaler(RULE, LIMITS);
  scaler.decide(at(0, 30, 1));
  expect(scaler.decide(at(29, 5, 3))).toBeNull();
  expect(scaler.decide(at(30, 5, 3))).toEqual({ to: 2, why: 'load' });
  expect(scaler.decide(at(59, 5, 2))).toBeNull();
  expect(scaler.decide(at(60, 5, 2))).toEqual({ to: 1, why: 'load' });
  expect(scaler.decide(at(99, 0, 1))).toBeNull();
});

test('waits for the cool-down of decisions for more nodes', () => {
  const scaler = createScaler({ ...RULE, coolDown: { up: 10_000, down: 0 } }, LIMITS);
  scaler.decide(at(0, 20, 1));
  expect(scaler.decide(at(9, 40, 2))).toBeNull();
  expect(scaler.decide(at(10, 40, 2))).toEqual({ to: 4, why: 'load' });
});

test('adds and keeps nodes for the timetable, and states it', () => {
  const scaler = createScaler(RULE, LIMITS);
  expect(scaler.decide(at(0, 5, 1, 30))).toEqual({ to: 3, why: 'timetable' });
  expect(scaler.decide(at(60, 5, 3, 30))).toBeNull();
  expect(scaler.decide(at(90, 5, 3, 5))).toEqual({ to: 2, why: 'load' });
});
