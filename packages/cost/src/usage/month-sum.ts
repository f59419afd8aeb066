import { customIssue, formatDuration, formatNumber } from '@livekit-swarm/settings';
import { HOUR_MS, HOURS_PER_MONTH, MINUTE_MS } from './usage.ts';

/** Sum of a month in a timetable: its minutes, or its users. */
export interface MonthSum {
  participantMinutes?: number | undefined;
  activeUsers?: number | undefined;
  sessionsPerUser?: number | undefined;
  peakParticipants?: number | undefined;
}

/** Rounding errors are no reason to refuse a month. */
const EXACT = 1 + 1e-9;

/** Participant-minutes of a month. */
export const monthMinutes = (
  { participantMinutes, activeUsers = 0, sessionsPerUser = 0 }: MonthSum,
  session: number,
): number => participantMinutes ?? (activeUsers * sessionsPerUser * session) / MINUTE_MS;

/** Average number of participants over a month. */
export const monthMean = (minutes: number): number => minutes / 60 / HOURS_PER_MONTH;

/** Impossible figures of a month: sessions that are longer than it, a peak below its average. */
export const monthIssues = (
  monthly: MonthSum,
  session: number,
): ReturnType<typeof customIssue>[] => {
  const { sessionsPerUser = 0, peakParticipants = Number.POSITIVE_INFINITY } = monthly;
  const hours = (sessionsPerUser * session) / HOUR_MS;
  if (hours > HOURS_PER_MONTH * EXACT) {
    const most = Math.floor((HOURS_PER_MONTH * HOUR_MS) / session);
    return [
      customIssue(
        ['monthly', 'sessionsPerUser'],
        `makes ${formatNumber(hours)} hours of each user, with sessions of ${formatDuration(session)}, and a month has ${HOURS_PER_MONTH}`,
        most < 1 ? 'write a shorter session' : `write at most ${most}, or a shorter session`,
      ),
    ];
  }
  const mean = monthMean(monthMinutes(monthly, session));
  if (mean <= peakParticipants * EXACT) return [];
  return [
    customIssue(
      ['monthly', 'peakParticipants'],
      `is below the average over the month, ${formatNumber(mean)}`,
      `write at least ${Math.ceil(mean / EXACT)}, or leave it out`,
    ),
  ];
};
