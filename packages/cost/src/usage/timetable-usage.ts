import { readSettings } from '@livekit-swarm/settings';
import { monthMean, monthMinutes } from './month-sum.ts';
import type { ParticipantRates } from './plan-usage.ts';
import { DAYS, hourRange, type Timetable, timetableSchema } from './timetable-schema.ts';
import {
  gigabytes,
  HOUR_MS,
  HOURS_PER_MONTH,
  type HourLoad,
  MINUTE_MS,
  type Usage,
  WEEKS_PER_MONTH,
} from './usage.ts';

/**
 * Reads a timetable.
 * @throws SwarmError `invalid_file`
 */
export const readTimetable = (text: string, file: string): Timetable =>
  readSettings(text, timetableSchema(), {
    file,
    noun: 'timetable',
    begin: 'write timetable: NAME, a week and perParticipant: docs/cost.md has one',
  }).value;

/**
 * Ratio of the peak to the average number of participants, assumed where only minutes are known.
 */
export const PEAK_TO_MEAN = 4;

/**
 * Packet rate that is assumed where only bit rates are known, packets per second: one audio packet
 * every 20 ms in each used direction.
 */
const AUDIO_PACKETS = 50;
/** Size of a video packet, payload and headers, bits. */
const VIDEO_PACKET_BITS = 1_100 * 8;

/** Rates of a participant from the bit rates of a timetable; packets are estimated. */
export const ratesOf = ({ up, down }: { up: number; down: number }): ParticipantRates => {
  const packets = (bits: number): number =>
    bits === 0 ? 0 : Math.max(AUDIO_PACKETS, bits / VIDEO_PACKET_BITS);
  return { bitsUp: up, bitsDown: down, packets: packets(up) + packets(down) };
};

/**
 * Usage of a month by a timetable.
 * @param rates rates of one participant
 */
export const usageOfTimetable = (
  { week, monthly, session, recording, hls }: Timetable,
  { bitsUp, bitsDown, packets }: ParticipantRates,
  roundMinutes: number,
): Usage => {
  // Null: the minutes follow from the hours of a week.
  const minutesOfMonth = monthly === undefined ? null : monthMinutes(monthly, session);
  const levels = week === undefined ? [monthLevel(minutesOfMonth ?? 0, monthly)] : weekLevels(week);
  const minutes =
    minutesOfMonth ??
    levels.reduce((sum, { participants, hoursPerMonth }) => sum + participants * hoursPerMonth, 0) *
      60;
  const sessionMinutes = session / MINUTE_MS;
  // For sessions of any length, half of a rounding unit is added on average.
  const billed = minutes * (1 + roundMinutes / 2 / Math.max(roundMinutes / 2, sessionMinutes));
  return {
    participantMinutes: minutes,
    billedMinutes: billed,
    gbUp: gigabytes(bitsUp, minutes * MINUTE_MS),
    gbDown: gigabytes(bitsDown, minutes * MINUTE_MS),
    recordedGb:
      recording === undefined
        ? 0
        : gigabytes(recording.bitRate, recording.hours * HOUR_MS) * recording.keptMonths,
    hlsGb: hls === undefined ? 0 : gigabytes(hls.bitRate, hls.listenerHours * HOUR_MS),
    hours: levels.map((level) => ({
      ...level,
      packets: level.participants * packets,
      bits: level.participants * (bitsUp + bitsDown),
    })),
  };
};

type Level = Pick<HourLoad, 'label' | 'hoursPerMonth' | 'participants'>;

const monthLevel = (minutes: number, monthly: Timetable['monthly']): Level => ({
  label: 'peak',
  hoursPerMonth: HOURS_PER_MONTH,
  participants: monthly?.peakParticipants ?? monthMean(minutes) * PEAK_TO_MEAN,
});

/** Participants in each hour of the week from Monday; overlapping entries add up. */
export const participantsByHour = (week: NonNullable<Timetable['week']>): number[] => {
  const participants = DAYS.map(() => Array.from({ length: 24 }, () => 0));
  for (const { days, hours } of week)
    for (const day of new Set(days)) {
      const ofDay = participants[DAYS.indexOf(day)] ?? [];
      for (const [range, count] of Object.entries(hours)) {
        const [from, to] = hourRange(range);
        for (let hour = from; hour < to; hour++) ofDay[hour] = (ofDay[hour] ?? 0) + count;
      }
    }
  return participants.flat();
};

const weekLevels = (week: NonNullable<Timetable['week']>): Level[] =>
  participantsByHour(week).map((count, hour) => ({
    label: `${DAYS[Math.floor(hour / 24)]} ${String(hour % 24).padStart(2, '0')}`,
    hoursPerMonth: WEEKS_PER_MONTH,
    participants: count,
  }));
