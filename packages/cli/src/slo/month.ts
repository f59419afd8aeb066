import { usageError } from '@livekit-swarm/settings';
import { wholeNumber } from '../requests/whole-number.ts';

/** Window of time, Unix ms; `toMs` is not part of it. */
export interface MonthWindow {
  fromMs: number;
  toMs: number;
}

/** A calendar month in UTC, up to now if it is the current one. */
export interface Month extends MonthWindow {
  /** `2026-11` */
  name: string;
}

const MOST_MONTHS = 36;
const readMonths = wholeNumber('--months', 1, MOST_MONTHS, 'write --months 3');

/**
 * Months up to one of them, the oldest first.
 * @param last `2026-11`; undefined: the current month
 * @param count how many
 * @param windowMs the last month ends with the last whole window before now
 * @throws SwarmError `usage`
 */
export const monthsUpTo = (
  { last, count }: { last: string | undefined; count: string },
  nowMs: number,
  windowMs: number,
): Month[] => {
  const months = readMonths(count);
  const now = new Date(nowMs);
  const [year, month] =
    last === undefined ? [now.getUTCFullYear(), now.getUTCMonth()] : readMonth(last);
  const end = Math.floor(nowMs / windowMs) * windowMs;
  if (Date.UTC(year, month) >= end)
    throw usageError(`--month ${last ?? 'now'}: has not begun`, 'name a month that has');
  return Array.from({ length: months }, (_, index) => {
    const fromMs = Date.UTC(year, month - (months - 1 - index));
    const from = new Date(fromMs);
    return {
      name: from.toISOString().slice(0, 7),
      fromMs,
      toMs: Math.min(end, Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1)),
    };
  });
};

const readMonth = (text: string): [year: number, month: number] => {
  const [, year, month] = /^(20\d\d)-(0[1-9]|1[0-2])$/.exec(text) ?? [];
  if (year === undefined || month === undefined)
    throw usageError(`--month ${text}: is not a month`, 'write --month 2026-11');
  return [Number(year), Number(month) - 1];
};

/** `2026-11-12T14:00Z/2026-11-12T15:00Z`. @throws SwarmError `usage` */
export const readWindow = (text: string): MonthWindow => {
  const parts = text.split('/');
  const [from, to] = parts.map((part) =>
    // Without a zone, a time would be that of this host.
    /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)$/.test(part)
      ? Date.parse(part)
      : Number.NaN,
  );
  if (parts.length !== 2 || from === undefined || to === undefined || !(from < to))
    throw usageError(
      `--exclude ${text}: is not a time span`,
      'write --exclude 2026-11-12T14:00Z/2026-11-12T15:00Z',
    );
  return { fromMs: from, toMs: to };
};
