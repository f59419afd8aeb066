import { expect, test } from 'vitest';
import { measureAvOffset } from './av-offset.ts';
import { quietSpans } from './quiet-spans.ts';
import type { Level } from './read-levels.ts';

/** Levels each 20 ms: high for 100 ms after each mark. */
const levels = (marks: readonly number[], low: number, high: number): Level[] =>
  Array.from({ length: 500 }, (_, index) => {
    const atMs = index * 20;
    const isHigh = marks.some((mark) => atMs >= mark && atMs < mark + 100);
    return { atMs, value: isHigh ? high : low };
  });
const picture = (...marks: number[]): Level[] => levels(marks, 120, 240);
const sound = (...marks: number[]): Level[] => levels(marks, -200, -20);
const SECONDS = [1, 2, 3, 4, 5, 6, 7, 8].map((second) => second * 1_000);

test('measures an offset that grows', () => {
  const beeps = SECONDS.map((atMs, index) => atMs + 40 * index - 60);
  expect(measureAvOffset(picture(...SECONDS), sound(...beeps))).toEqual({
    ...{ firstMs: -20, lastMs: 180, marks: 8, periodMs: 1_000 },
  });
});

test('contents without regular marks have no offset', () => {
  expect(measureAvOffset(picture(...SECONDS), sound(1_000, 2_000))).toBeNull();
  expect(measureAvOffset(picture(...SECONDS), sound(400, 900, 3_000, 3_300, 7_000))).toBeNull();
  expect(measureAvOffset(picture(...SECONDS), sound(1_000, 3_000, 5_000, 7_000))).toBeNull();
  expect(measureAvOffset([], [])).toBeNull();
});

test('a part is quiet from its first low level to the next high one, or to the end', () => {
  expect(quietSpans(sound(0, 3_000, 3_400), -60, 10_000)).toEqual([
    { fromMs: 100, toMs: 3_000 },
    { fromMs: 3_500, toMs: 10_000 },
  ]);
});
