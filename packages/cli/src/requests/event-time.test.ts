import { expect, test } from 'vitest';
import { readEventTime } from './event-time.ts';

const NOW = new Date(2026, 10, 26, 18, 30).getTime();

test('a time of the day is the next one on this host', () => {
  expect(readEventTime('20:00', NOW)).toBe(new Date(2026, 10, 26, 20, 0).getTime());
  expect(readEventTime('10:00', NOW)).toBe(new Date(2026, 10, 27, 10, 0).getTime());
  expect(readEventTime('18:30', NOW)).toBe(new Date(2026, 10, 27, 18, 30).getTime());
});

test('a date may have an offset', () => {
  expect(readEventTime('2026-12-01T10:00', NOW)).toBe(new Date(2026, 11, 1, 10, 0).getTime());
  expect(readEventTime('2026-12-01 10:00', NOW)).toBe(new Date(2026, 11, 1, 10, 0).getTime());
  expect(readEventTime('2026-12-01T10:00+01:00', NOW)).toBe(Date.UTC(2026, 11, 1, 9));
});

test.each([
  ['25:00', 'not a time'],
  ['10:60', 'not a time'],
  ['tomorrow', 'not a time'],
  ['2026-02-30T10:00', 'not a time'],
  ['2026-12-01', 'not a time'],
  ['2026-11-26T10:00', 'is past'],
])('%s: %s', (text, message) => {
  expect(() => readEventTime(text, NOW)).toThrow(message);
});
