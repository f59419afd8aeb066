import { quote, usageError } from '@livekit-swarm/settings';

const HINT =
  'write --at 10:00, for the next time that it is 10:00 on this host, or a date: 2026-12-01T10:00, 2026-12-01T10:00+01:00';

/** Date and time of ISO 8601, on the clock of this host unless an offset is given. */
const DATE = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:?\d{2})?$/;

/**
 * Time at which an event begins.
 * @returns Unix time, ms
 * @throws SwarmError `usage` if it is not a time, or is past
 */
export const readEventTime = (text: string, nowMs: number): number => {
  const given = text.trim();
  const [, hours = '', minutes = ''] = /^(\d{1,2}):(\d{2})$/.exec(given) ?? [];
  if (hours !== '') return nextTime(given, Number(hours), Number(minutes), nowMs);
  const at = DATE.test(given) ? Date.parse(given.replace(' ', 'T')) : Number.NaN;
  // Date.parse accepts 30 February as 2 March.
  if (Number.isNaN(at) || !isDay(given)) throw usageError(`--at ${quote(text)}: not a time`, HINT);
  if (at <= nowMs) throw usageError(`--at ${quote(text)}: is past`, HINT);
  return at;
};

const nextTime = (text: string, hours: number, minutes: number, nowMs: number): number => {
  if (hours > 23 || minutes > 59) throw usageError(`--at ${quote(text)}: not a time`, HINT);
  const at = new Date(nowMs);
  at.setHours(hours, minutes, 0, 0);
  if (at.getTime() <= nowMs) at.setDate(at.getDate() + 1);
  return at.getTime();
};

const isDay = (given: string): boolean => {
  const day = given.slice(0, 10);
  const read = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(read.getTime()) && read.toISOString().startsWith(day);
};
