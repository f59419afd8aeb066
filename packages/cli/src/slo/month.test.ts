import { describe, expect, it } from 'vitest';
import { monthsUpTo, readWindow } from './month.ts';

const WINDOW = 300_000;
const NOW = Date.UTC(2026, 10, 24, 13, 7, 30);

describe('monthsUpTo', () => {
  it('ends the current month with the last whole window', () => {
    expect(monthsUpTo({ last: undefined, count: '1' }, NOW, WINDOW)).toEqual([
      {
        name: '2026-11',
        fromMs: Date.UTC(2026, 10, 1),
        toMs: Date.UTC(2026, 10, 24, 13, 5),
      },
    ]);
  });

  it('goes back over the turn of the year', () => {
    const months = monthsUpTo({ last: '2026-01', count: '2' }, NOW, WINDOW);
    expect(months).toEqual([
      { name: '2025-12', fromMs: Date.UTC(2025, 11, 1), toMs: Date.UTC(2026, 0, 1) },
      { name: '2026-01', fromMs: Date.UTC(2026, 0, 1), toMs: Date.UTC(2026, 1, 1) },
    ]);
  });

  it.each([
    [{ last: '2026-13', count: '1' }, '--month 2026-13: is not a month'],
    [{ last: 'November', count: '1' }, '--month November: is not a month'],
    [{ last: '2026-12', count: '1' }, '--month 2026-12: has not begun'],
    [{ last: undefined, count: '0' }, '--months 0: must be a whole number from 1 to 36'],
  ])('%j: refuses it', (asked, problem) => {
    expect(() => monthsUpTo(asked, NOW, WINDOW)).toThrow(problem);
  });
});

describe('readWindow', () => {
  it('reads times with a zone', () => {
    expect(readWindow('2026-11-12T14:00Z/2026-11-12T16:00+01:00')).toEqual({
      fromMs: Date.UTC(2026, 10, 12, 14),
      toMs: Date.UTC(2026, 10, 12, 15),
    });
  });

  it.each([
    '2026-11-12T14:00/2026-11-12T15:00',
    '2026-11-12T15:00Z/2026-11-12T14:00Z',
    '2026-11-12T14:00Z',
    'yesterday',
  ])('%s: refuses it', (text) => {
    expect(() => readWindow(text)).toThrow('is not a time span');
  });
});
