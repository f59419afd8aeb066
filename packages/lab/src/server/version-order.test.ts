import { expect, test } from 'vitest';
import { isAtLeast } from './version-order.ts';

test.each([
  ['1.13.4', true],
  ['v1.12.0', true],
  ['1.11.0', false],
  ['2.0.1', true],
  ['built here', true],
])('%s is at least 1.12: %s', (version, expected) => {
  expect(isAtLeast(version, 1, 12)).toBe(expected);
});
