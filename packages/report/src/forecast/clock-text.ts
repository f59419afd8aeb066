import { type CurveClock, DAY_MS, modulo, WEEK_MS, WEEKDAYS } from '@livekit-swarm/chaos/scale';

/** Rounding errors of a crossing, minutes. */
const ROUNDING = 1e-6;
const MINUTE_MS = 60_000;
const two = (value: number): string => String(value).padStart(2, '0');

/**
 * Text of a time of a timetable: `09:55`, `mon 09:55`, `2026-12-01 09:55`.
 * @param round `down` for what must happen by then: whole minutes
 */
export const timetableTime = (given: number, clock: CurveClock, round: 'down' | 'near'): string => {
  const minutes = given / MINUTE_MS;
  const at = (round === 'down' ? Math.floor(minutes + ROUNDING) : Math.round(minutes)) * MINUTE_MS;
  if (clock === 'date') return new Date(at).toISOString().slice(0, 16).replace('T', ' ');
  const inDay = modulo(at, DAY_MS) / MINUTE_MS;
  const time = `${two(Math.floor(inDay / 60))}:${two(inDay % 60)}`;
  if (clock === 'week') return `${WEEKDAYS[Math.floor(modulo(at, WEEK_MS) / DAY_MS)]} ${time}`;
  if (at === DAY_MS) return '24:00';
  const days = Math.floor(at / DAY_MS);
  return days === 0 ? time : `${time} (day ${days > 0 ? '+' : '−'}${Math.abs(days)})`;
};
