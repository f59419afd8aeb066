import { describe, expect, it, test } from 'vitest';
import { formatExactly, formatNumber, formatUnlike } from './number-text.ts';

const percent = (value: number) => (digits?: number) => `${formatNumber(value, digits)} %`;

describe('a value and its limit', () => {
  it.each([
    // Far from the limit, three digits are enough.
    [2.0612, 1, '2.06 %'],
    [0.5, 1, '0.5 %'],
    // Rounded to three digits, these would read as the limit.
    [1.004, 1, '1.004 %'],
    [0.9996, 1, '0.9996 %'],
    [1.000_000_4, 1, '1.0000004 %'],
    [200.4, 200, '200.4 %'],
    [1_999.98, 2_000, '1,999.98 %'],
    [12_345.6, 12_346, '12,345.6 %'],
  ])('%d reads unlike %d: %s', (value, limit, text) => {
    expect(formatUnlike(percent(limit)(), percent(value))).toBe(text);
  });

  it('read the same where they are', () => {
    expect(formatUnlike(percent(1)(), percent(1))).toBe('1 %');
  });
});

test('a limit reads as it was written', () => {
  expect([1_234.5, 0.07 * 100, 2_000].map((limit) => formatExactly(percent(limit)))).toEqual([
    '1,234.5 %',
    '7 %',
    '2,000 %',
  ]);
});
