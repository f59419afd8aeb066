import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from './duration.ts';

describe('parseDuration', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['2m', 120_000],
    ['1.5m', 90_000],
    ['1h30m', 5_400_000],
    [' 10s ', 10_000],
  ])('reads %s as %i ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it('requires a unit and suggests one', () => {
    expect(() => parseDuration('30')).toThrow(
      expect.objectContaining({ message: 'a duration needs a unit', hint: 'write 30s' }),
    );
  });

  it.each(['', 'soon', '-5s', '30s later', 's', '1d'])('refuses %j', (text) => {
    expect(() => parseDuration(text)).toThrow('is not a duration');
  });

  it('throws no error but a usage error', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          expect(parseDuration(text)).toBeGreaterThanOrEqual(0);
        } catch (error) {
          expect(error).toHaveProperty('code', 'usage');
        }
      }),
    );
  });
});

describe('formatDuration', () => {
  it.each([
    [250, '250ms'],
    [1_500, '1.5s'],
    [30_000, '30s'],
    [90_000, '1m 30s'],
    [120_000, '2m'],
    [7_500_000, '2h 5m'],
  ])('writes %i ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});
