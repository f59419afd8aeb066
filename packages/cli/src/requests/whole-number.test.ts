import { expect, test } from 'vitest';
import { wholeNumber } from './whole-number.ts';

const read = wholeNumber('--max', 1, 20, 'write 12');

test.each([
  ['1', 1],
  ['20', 20],
  [' 12 ', 12],
  ['007', 7],
])('reads %j', (text, value) => {
  expect(read(text)).toBe(value);
});

test.each(['0', '21', '', ' ', '-1', '+3', '1.5', '1e1', '0x10', 'many', '12a'])(
  'refuses %j',
  (text) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({
        code: 'usage',
        message: `--max ${text}: must be a whole number from 1 to 20`,
        hint: 'write 12',
      }),
    );
  },
);
