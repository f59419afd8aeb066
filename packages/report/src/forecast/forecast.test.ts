import { expect, it } from 'vitest';
import { forecastSample } from '../../test/support/samples.ts';
import { timetableTime } from './clock-text.ts';
import { FORECAST_REPORTERS } from './index.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const text = FORECAST_REPORTERS.text.render(forecastSample());

it('names the nodes of the peak, and what a reactive scaler would miss', () => {
  expect(text).toContain('10 nodes for 1,000 participants at 08:10');
  expect(text.replaceAll(/\s+/g, ' ')).toMatch(
    /A reactive scaler with a target of 100 is short for \d+m.*: up to \d+ participants more than the nodes carry, as a node boots in 5m\./,
  );
});

it('lists orders by the minute, in time for their need', () => {
  const [, first = ''] = /needed at\n(.*)\n/.exec(text) ?? [];
  // 100 is crossed at once, and ten more in the 66 seconds after it.
  expect(first.trim()).toMatch(/^07:55 +\+1 +2 +08:00$/);
});

it('prices node-hours by the machine', () => {
  const { forecast } = forecastSample();
  const dollars = (forecast.scheduledMs / 3_600_000) * 0.34;
  expect(text).toMatch(/node-hours +aws:c6i\.2xlarge +short/);
  expect(text).toContain(`$${dollars.toFixed(2)}`);
  expect(text.replaceAll(/\s+/g, ' ')).toContain('read 2026-11-23, reported');
});

it.each([
  [9 * 60 * MINUTE + 59_999, 'day', 'down', '09:00'],
  [9 * 60 * MINUTE + 59_999, 'day', 'near', '09:01'],
  [-5 * MINUTE, 'day', 'down', '23:55 (day −1)'],
  [DAY, 'day', 'near', '24:00'],
  [DAY + MINUTE, 'day', 'near', '00:01 (day +1)'],
  [-5 * MINUTE, 'week', 'down', 'sun 23:55'],
  [Date.UTC(2026, 11, 1, 9, 55), 'date', 'down', '2026-12-01 09:55'],
] as const)('writes %d of a %s (%s) as %s', (at, clock, round, expected) => {
  expect(timetableTime(at, clock, round)).toBe(expected);
});
