import { explain, isUsageError } from '@livekit-swarm/settings';
import { describe, expect, it } from 'vitest';
import { createLoadReader } from './load-curve.ts';
import { readCurveCsv } from './read-curve-csv.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

describe('a timetable in CSV', () => {
  it.each([
    ['participants', 'time,participants\n09:55,0\n10:00,1200\n', 'day', 595 * MINUTE],
    [
      'rooms',
      '\uFEFFTime;Rooms\r\n\r\n# lessons\r\nmon 08:00;3\r\nTue 8:00:30;4\r\n',
      'week',
      480 * MINUTE,
    ],
    [
      'participants',
      '"time","participants"\n"2026-12-01 10:00","5"\n2026-12-01T24:00,6',
      'date',
      Date.UTC(2026, 11, 1, 10),
    ],
  ])('of %s: %j', (unit, text, clock, at) => {
    const curve = readCurveCsv(text, 'day.csv');
    expect(curve).toMatchObject({ unit, clock, repeats: false });
    expect(curve.points[0].at).toBe(at);
  });

  it('changes evenly between two lines, and jumps where two have one time', () => {
    const loadAt = createLoadReader(
      readCurveCsv('time,participants\n9:00,0\n9:10,100\n9:10,500\n9:20,500', 'day.csv'),
    );
    const minutes = [539, 540, 545, 549, 550, 555, 560];
    expect(minutes.map((minute) => loadAt(minute * MINUTE))).toEqual([
      ...[0, 0, 50, 90, 500, 500, 500],
    ]);
    // A time before the last one that was asked for.
    expect(loadAt(545 * MINUTE)).toBe(50);
  });

  it('repeats a week', () => {
    const loadAt = createLoadReader({
      points: [
        { at: 0, load: 10 },
        { at: DAY, load: 20 },
      ],
      repeats: true,
    });
    expect([-DAY / 2, DAY / 2, DAY].map(loadAt)).toEqual([15, 15, 10]);
  });

  it.each([
    ['', /^day\.csv: is empty/],
    ['when,users\n9:00,1\n10:00,2', /^day\.csv:1:1: the first line must be time,participants/],
    ['time,participants,rooms\n', /the first line must be/],
    ['time,participants\n9:00,1', /has no two times/],
    ['time,participants\n9:00,1\n9:00,2', /has no two times/],
    ['time,participants\n9:00,0\n10:00,0', /has no load at any time/],
    ['time,participants\n9:00,1\n10.30,2', /^day\.csv:3:1: "10\.30" is not a time; write 10:00/],
    ['time,participants\n9:00,1\n24:01,2', /"24:01" is not a time/],
    ['time,participants\n9:00,1\n9:61,2', /"9:61" is not a time/],
    ['time,participants\nmno 9:00,1\nmon 10:00,2', /"mno 9:00" is not a time/],
    ['time,rooms\n2026-02-30 9:00,1\n2026-03-01 9:00,2', /"2026-02-30 9:00" is not a time/],
    [
      'time,rooms\n9:00,1\nmon 9:00,2',
      /^day\.csv:3:1: "mon 9:00" is not written as the times above/,
    ],
    ['time,rooms\n9:00,1\n8:00,2', /"8:00" is before the line above; sort the lines by time/],
    ['time,rooms\n9:00,1\n9:00,2\n9:00,3\n10:00,1', /"9:00" has more than two lines/],
    ['time,rooms\n9:00,-1\n10:00,2', /"-1" is not a whole number from 0 to 10000000/],
    ['time,rooms\n9:00,1e9\n10:00,2', /"1e9" is not a whole number/],
    ['time,rooms\n9:00\n10:00,2', /^day\.csv:2:1: has 1 value instead of 2/],
    ['time,rooms\n2026-01-01 9:00,1\n2026-03-01 9:00,2', /is longer than 35 days/],
  ])('refuses %j', (text, message) => {
    let found = '';
    try {
      readCurveCsv(text, 'day.csv');
    } catch (error) {
      if (isUsageError(error)) found = explain(error);
    }
    expect(found).toMatch(message);
  });
});
