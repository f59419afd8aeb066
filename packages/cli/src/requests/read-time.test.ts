import { expect, test } from 'vitest';
import { readTime } from './read-time.ts';

const read = (text: string): number => readTime('--after', text, 250, 60_000);

test.each([
  ['250ms', 250],
  ['800ms', 800],
  ['1m', 60_000],
])('reads %j', (text, ms) => {
  expect(read(text)).toBe(ms);
});

test.each(['249ms', '61s'])('refuses %j', (text) => {
  expect(() => read(text)).toThrow(
    expect.objectContaining({
      code: 'usage',
      message: `--after ${text}: must be 250ms to 60s`,
    }),
  );
});
