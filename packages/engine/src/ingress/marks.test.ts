import { expect, test } from 'vitest';
import { delayOfMark, LONGEST_DELAY_MS, MARK_EVERY_MS, soundsAt } from './marks.ts';

/** Start and end of each mark in a time, Unix ms, found millisecond by millisecond. */
const marksIn = (from: number, to: number): { from: number; to: number }[] => {
  const marks: { from: number; to: number }[] = [];
  for (let at = from; at < to; at++) {
    if (soundsAt(at) && !soundsAt(at - 1)) marks.push({ from: at, to: at });
    const last = marks.at(-1);
    if (last !== undefined && soundsAt(at)) last.to = at;
  }
  return marks;
};

const START = 1_800_000_000_123;

test.each([0, 40, 900, 3_999, 4_001, 9_000, LONGEST_DELAY_MS - 1])(
  'knows the delay of each mark that arrives %d ms late',
  (delay) => {
    const marks = marksIn(START, START + 6 * MARK_EVERY_MS);
    expect(marks.length).toBeGreaterThanOrEqual(6);
    // Packets of 20 ms: the last one begins before the end of the mark.
    for (const mark of marks)
      expect(delayOfMark({ from: mark.from + delay, to: mark.to + delay - 20 })).toBe(delay);
  },
);

test.each([400, 1_500])('rejects sound of %d ms', (length) => {
  expect(delayOfMark({ from: START, to: START + length })).toBeNull();
});
