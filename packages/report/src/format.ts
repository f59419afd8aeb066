import type { MetricDefinition } from '@livekit-swarm/metrics';
import { formatNumber } from '@livekit-swarm/settings';

const NOT_MEASURED = '–';

/** @param digits significant ones; default: three */
export const formatMs = (ms: number | null, digits?: number): string => {
  if (ms === null) return NOT_MEASURED;
  return Math.round(ms) >= 10_000
    ? `${formatNumber(ms / 1_000, digits)} s`
    : `${formatNumber(ms, digits)} ms`;
};

/** A time as key figures show it: digits below a millisecond would be a precision of noise. */
export const formatRoundMs = (ms: number | null): string =>
  ms !== null && ms > 0 && ms < 1 ? '< 1 ms' : formatMs(ms);

/** CPU time per second: `0.19 cores`, `< 0.01 cores`. */
export const formatCores = (cores: number): string =>
  `${cores > 0 && cores < 0.01 ? '< 0.01' : formatNumber(Math.round(cores * 100) / 100)} cores`;

/** `21 Nov 2026, 12:00 UTC`: the same for every reader of a file. A date that is none stays as it is. */
export const formatStart = (iso: string): string => {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  return `${date.toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })} UTC`;
};

/** A moment of the run: `0:07`, `12:30`, `1:02:30`; with tenths where it lies between seconds. */
export const formatTime = (ms: number): string => {
  const tenths = Math.round(ms / 100);
  const seconds = Math.floor(tenths / 10);
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = `${two(seconds % 60)}${tenths % 10 === 0 ? '' : `.${tenths % 10}`}`;
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
};

/**
 * `0 %`, `0.013 %`, `12.3 %`: a loss that is not zero never looks like zero.
 * @param digits significant ones; default: three, and a tenth of a per cent from 100 % on
 */
export const formatShare = (share: number | null, digits?: number): string =>
  share === null
    ? NOT_MEASURED
    : `${formatNumber(Math.abs(share) >= 1 && digits === undefined ? Math.round(share * 1_000) / 10 : share * 100, digits)} %`;

/** A share as key figures show it: to a hundredth of a per cent, and `< 0.01 %` below it. */
export const formatRoundShare = (share: number | null): string => {
  if (share === null) return NOT_MEASURED;
  const percent = Math.round(share * 10_000) / 100;
  return share > 0 && percent < 0.01 ? '< 0.01 %' : `${formatNumber(percent)} %`;
};

export const formatBytes = (bytes: number | null): string =>
  scaled(bytes, ['B', 'kB', 'MB', 'GB', 'TB']);

export const formatBits = (bitsPerSecond: number | null): string =>
  scaled(bitsPerSecond, ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s']);

const scaled = (value: number | null, units: readonly string[]): string => {
  if (value === null) return NOT_MEASURED;
  let rest = value;
  let unit = 0;
  while (Math.abs(rest) >= 1_000 && unit < units.length - 1) {
    rest /= 1_000;
    unit++;
  }
  return `${formatNumber(rest)} ${units[unit] ?? ''}`;
};

/** A count, `–` for null. */
export const formatCount = (count: number | null): string =>
  count === null ? NOT_MEASURED : formatNumber(count);

/**
 * A threshold's figure in the unit of its metric.
 * @param digits significant ones; default: three
 */
export const formatFigure = (
  value: number | null,
  { type, unit }: MetricDefinition,
  aggregation: string,
  digits?: number,
): string => {
  if (value === null) return 'not measured';
  const number = formatNumber(value, digits);
  if (aggregation === 'count') return number;
  if (type === 'rate') return formatShare(value, digits);
  if (type === 'counter') return `${number} ${unit}/s`;
  return unit === 'ms' ? formatMs(value, digits) : `${number} ${unit}`;
};

/** Shortens in the middle, where names of rooms and participants differ least. */
export const shorten = (text: string, length: number): string => {
  if (text.length <= length) return text;
  const tail = Math.floor((length - 1) / 2);
  return `${text.slice(0, length - 1 - tail)}…${text.slice(text.length - tail)}`;
};

/**
 * JSON knows neither NaN nor infinity: they become null. Six digits are more than any measurement
 * here is worth.
 */
export const finite = (value: number | null | undefined): number | null =>
  value === null || value === undefined || !Number.isFinite(value)
    ? null
    : Number(value.toPrecision(6));

/**
 * A plain value with all numbers inside rounded; null for those that are not finite. Whole numbers
 * stay exact.
 * @param round default: six significant digits
 */
export const finiteDeep = (
  value: unknown,
  round: (value: number) => number | null = finite,
): unknown => {
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return value;
    return Number.isFinite(value) ? round(value) : null;
  }
  if (Array.isArray(value)) return value.map((inner) => finiteDeep(inner, round));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, finiteDeep(inner, round)]),
  );
};

const pad = (value: number): string => String(value).padStart(2, '0');

/** A moment of the run, as a stopwatch shows it: `0:07`, `12:34`, `1:02:03`. */
export const clock = (ms: number): string => {
  const seconds = Math.floor(Math.abs(ms) / 1_000);
  const [h, m, s] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  return `${ms < 0 ? '−' : ''}${h > 0 ? `${h}:${pad(m)}` : m}:${pad(s)}`;
};

/** A moment to the tenth of a second: `0:07.3`. */
export const preciseClock = (ms: number): string =>
  `${clock(ms)}.${Math.floor((Math.abs(ms) % 1_000) / 100)}`;
