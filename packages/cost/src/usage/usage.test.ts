import { expandPlan, scenarioOfFlags } from '@livekit-swarm/scenario';
import { explain, isUsageError } from '@livekit-swarm/settings';
import { describe, expect, it } from 'vitest';
import { aroundTheClock, participantRates, usageOfPlan } from './plan-usage.ts';
import { PEAK_TO_MEAN, ratesOf, readTimetable, usageOfTimetable } from './timetable-usage.ts';
import { HOURS_PER_MONTH, WEEKS_PER_MONTH } from './usage.ts';

/** Plan of 10 rooms of 2 participants with audio for ten minutes. */
const plan = expandPlan(
  scenarioOfFlags({ rooms: '10', participants: '2', duration: '10m', joinRate: '1000' }, []),
  'r',
);

describe('usage of a plan', () => {
  it('has the minutes of all sessions, and those rounded up', () => {
    const stays = plan.participants.map(({ joinAtMs, leaveAtMs }) => leaveAtMs - joinAtMs);
    const minutes = stays.reduce((sum, ms) => sum + ms / 60_000, 0);
    const usage = usageOfPlan(plan, 3, 1);
    expect(usage.participantMinutes).toBeCloseTo(3 * minutes, 6);
    expect(usage.billedMinutes).toBe(
      3 * stays.reduce((sum, ms) => sum + Math.ceil(ms / 60_000), 0),
    );
  });

  it('has the GB in both directions: Opus at 34 kbit/s in 50 packets with 72 bytes around each', () => {
    const { gbUp, gbDown, participantMinutes } = usageOfPlan(plan, 1, 1);
    const gb = (participantMinutes * 60 * (34_000 + 50 * 72 * 8)) / 8 / 1e9;
    // In the first second of the joins some participants receive nothing yet.
    expect(gbUp).toBeCloseTo(gb, 4);
    expect(gbDown / gb).toBeGreaterThan(0.99);
    expect(gbDown).toBeLessThanOrEqual(gb);
  });

  it('has the load of each hour', () => {
    const times = aroundTheClock(plan);
    const { hours } = usageOfPlan(plan, times, 1);
    expect(hours).toHaveLength(1);
    expect(hours[0]).toMatchObject({ participants: 20, packets: 2_000 });
    expect(hours[0]?.hoursPerMonth).toBeCloseTo(HOURS_PER_MONTH, 6);
  });

  it('has the average rates of one participant', () => {
    expect(participantRates(plan).packets).toBeCloseTo(100, 0);
  });
});

const school = `
timetable: school
week:
  - { days: [mon, tue, wed, thu, fri], hours: { 8-12: 600, 13-15: 400 } }
  - { days: [mon], hours: { 8: 100 } }
perParticipant: { up: 100kbit/s, down: 1Mbit/s }
session: 50m
`;

const usageOf = (yaml: string) => {
  const timetable = readTimetable(yaml, 'timetable.yaml');
  return usageOfTimetable(timetable, ratesOf(timetable.perParticipant ?? { up: 0, down: 0 }), 1);
};

describe('usage of a timetable', () => {
  it('adds up the hours of a week', () => {
    const usage = usageOf(school);
    const hours = 5 * (4 * 600 + 2 * 400) + 100;
    expect(usage.participantMinutes).toBeCloseTo(hours * 60 * WEEKS_PER_MONTH, 6);
    expect(usage.gbDown).toBeCloseTo((hours * WEEKS_PER_MONTH * 3_600 * 1e6) / 8 / 1e9, 6);
    expect(usage.gbUp).toBeCloseTo(usage.gbDown / 10, 6);
    // Half a minute more for each session of fifty.
    expect(usage.billedMinutes / usage.participantMinutes).toBeCloseTo(1.01, 9);
    expect(usage.hours).toHaveLength(168);
    expect(usage.hours.find(({ label }) => label === 'mon 08')?.participants).toBe(700);
    expect(usage.hours.find(({ label }) => label === 'sun 08')?.participants).toBe(0);
  });

  it('assumes a peak if only the minutes of a month are known', () => {
    const text = (more: string) => `
timetable: radio
monthly: { participantMinutes: 43800${more} }
perParticipant: { up: 0bit/s, down: 160kbit/s }
`;
    expect(usageOf(text('')).hours[0]?.participants).toBeCloseTo(PEAK_TO_MEAN, 9);
    expect(usageOf(text(', peakParticipants: 50')).hours[0]?.participants).toBe(50);
  });

  it('takes the minutes and the peak of a month from its users', () => {
    const text = (more: string) => `
timetable: classes
monthly: { activeUsers: 73000, sessionsPerUser: 6${more} }
perParticipant: { up: 100kbit/s, down: 1Mbit/s }
session: 50m
`;
    const usage = usageOf(text(''));
    expect(usage.participantMinutes).toBe(73_000 * 6 * 50);
    // 365,000 hours of participants in 730 hours, four times as many in the busiest one.
    expect(usage.hours[0]?.participants).toBeCloseTo(500 * PEAK_TO_MEAN, 9);
    expect(usageOf(text(', peakParticipants: 900')).hours[0]?.participants).toBe(900);
    for (const wrong of [
      'activeUsers: 5',
      'participantMinutes: 9, activeUsers: 5, sessionsPerUser: 1',
    ])
      expect(() => usageOf(text('').replace(/monthly: .*/, `monthly: { ${wrong} }`))).toThrow(
        'must have participantMinutes, or activeUsers with sessionsPerUser',
      );
  });

  const refusalOf = (yaml: string): string => {
    try {
      readTimetable(yaml, 'month.yaml');
    } catch (error) {
      if (isUsageError(error)) return explain(error);
    }
    return '';
  };
  const monthOf = (monthly: string, session = '50m'): string => `timetable: classes
monthly: { ${monthly} }
perParticipant: { up: 100kbit/s, down: 1Mbit/s }
session: ${session}
`;

  it('refuses users who are in sessions for longer than a month lasts', () => {
    const users = 'activeUsers: 100, sessionsPerUser';
    expect(refusalOf(monthOf(`${users}: 730`, '1h'))).toBe('');
    expect(refusalOf(monthOf(`${users}: 365.5`, '2h'))).toBe(
      'month.yaml:2:47: monthly.sessionsPerUser: makes 731 hours of each user, with sessions of 2h, and a month has 730; write at most 365, or a shorter session',
    );
    // Without a length, sessions last for half an hour.
    expect(refusalOf(monthOf(`${users}: 2000`).replace(/session: .*/, ''))).toMatch(
      /makes 1,000 hours of each user, .*; write at most 1460, or a shorter session/,
    );
  });

  it('refuses a peak below the average of the month', () => {
    // 73,000 × 6 × 50 minutes in 730 hours are 500 at the same time.
    const users = 'activeUsers: 73000, sessionsPerUser: 6, peakParticipants';
    expect(refusalOf(monthOf(`${users}: 500`))).toBe('');
    expect(refusalOf(monthOf(`${users}: 499`))).toBe(
      'month.yaml:2:70: monthly.peakParticipants: is below the average over the month, 500; write at least 500, or leave it out',
    );
    expect(refusalOf(monthOf('participantMinutes: 4800000, peakParticipants: 109'))).toMatch(
      /month\.yaml:2:59: .* is below the average over the month, 110; write at least 110/,
    );
  });

  it('counts recordings for the time they are kept', () => {
    const usage = usageOf(`${school}recording: { hours: 100, bitRate: 2Mbit/s, keptMonths: 3 }\n`);
    expect(usage.recordedGb).toBeCloseTo((3 * 100 * 3_600 * 2e6) / 8 / 1e9, 9);
  });

  it('counts what an audience of HLS loads, and nothing without one', () => {
    const usage = usageOf(`${school}hls: { listenerHours: 1000, bitRate: 200kbit/s }\n`);
    // An hour of 200 kbit/s is 90 MB.
    expect(usage.hlsGb).toBeCloseTo(90, 9);
    expect(usageOf(school).hlsGb).toBe(0);
  });

  it.each([
    ['8-12: 600', '12-8: 600', /must be hours of the day; write 8-12: 600/],
    ['8-12: 600', '8-25: 600', /must be hours of the day/],
    ['days: [mon]', 'days: [monday]', /unknown day "monday"; available: mon/],
    [
      'session: 50m',
      'monthly: { participantMinutes: 5 }',
      /must have week or monthly, and not both/,
    ],
    [
      'perParticipant: { up: 100kbit/s, down: 1Mbit/s }',
      '',
      /must have scenario or perParticipant/,
    ],
  ])('%s → %s', (from, to, message) => {
    let text = '';
    try {
      readTimetable(school.replace(from, to), 'timetable.yaml');
    } catch (error) {
      if (isUsageError(error)) text = explain(error);
    }
    expect(text).toMatch(message);
    expect(text).toMatch(/^timetable\.yaml:\d+:\d+: /);
  });
});
