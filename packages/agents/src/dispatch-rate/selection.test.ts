import { expect, test } from 'vitest';
import { fitOfSelection } from './selection.ts';

/** Two counts with this chi-square, of 2,000 jobs. */
const pair = (chiSquare: number): number[] => {
  const off = Math.sqrt(chiSquare * 500);
  return [1_000 + off, 1_000 - off];
};

// Critical values of tables of the chi-square distribution.
test.each([
  [pair(3.841), 1, 0.05],
  [pair(6.635), 1, 0.01],
  [pair(0.455), 1, 0.5],
])('%j: %i degree of freedom, p = %d', (jobs, degreesOfFreedom, p) => {
  const fit = fitOfSelection(jobs);
  expect(fit?.degreesOfFreedom).toBe(degreesOfFreedom);
  expect(fit?.p).toBeCloseTo(p, 3);
});

test.each([
  [[27, 53, 41, 39, 45, 36, 40, 38, 42, 39], 9],
  [[50, 50, 50], 2],
])('jobs that chance spreads: %j', (jobs, degreesOfFreedom) => {
  const fit = fitOfSelection(jobs);
  expect(fit?.degreesOfFreedom).toBe(degreesOfFreedom);
  expect(fit?.p).toBeGreaterThan(0.1);
});

test('ten workers at 16.92 are at the limit of 5 %', () => {
  // 5 workers above and 5 below by the same number: 10 × d² / 400 = 16.919.
  const d = Math.sqrt(16.919 * 40);
  const jobs = Array.from({ length: 10 }, (_, index) => 400 + (index % 2 === 0 ? d : -d));
  expect(fitOfSelection(jobs)?.p).toBeCloseTo(0.05, 3);
});

test('a choice by load is not one with equal chances, and fits its weights', () => {
  // Ten workers with loads from 0 to 0.9.
  const jobs = [89, 70, 60, 51, 42, 33, 24, 15, 9, 7];
  const weights = jobs.map((_, index) => 10 - index);
  expect(fitOfSelection(jobs)?.p).toBeLessThan(1e-6);
  expect(fitOfSelection(jobs, weights)?.p).toBeGreaterThan(0.05);
});

test('far beyond chance the probability is 0, not less', () => {
  const p = fitOfSelection([4_000, 10])?.p ?? 1;
  expect(p).toBeGreaterThanOrEqual(0);
  expect(p).toBeLessThan(1e-9);
});

test.each([[[40]], [[4, 4, 4]], [[]]])('too little to judge: %j', (jobs) => {
  expect(fitOfSelection(jobs)).toBeNull();
});
