import { expect, test } from 'vitest';
import { byteSize, byteSizeText } from './byte-size.ts';

const size = byteSize(0, 10_000_000);

test.each([
  ['100B', 100],
  ['15kB', 15_000],
  ['1.5 MB', 1_500_000],
  ['15360B', 15_360],
  ['1MB', 1_000_000],
])('%s is %i bytes, and is written as it is read', (text, bytes) => {
  expect(size.parse(text)).toBe(bytes);
  expect(size.parse(byteSizeText(bytes))).toBe(bytes);
});

test.each([
  ['100', '"100" is not a size'],
  ['1GB', '"1GB" is not a size'],
  ['11MB', '"11MB" must be from 0B to 10MB'],
])('%s is refused', (text, message) => {
  expect(size.safeParse(text).error?.issues.map((issue) => issue.message)).toEqual([message]);
});
