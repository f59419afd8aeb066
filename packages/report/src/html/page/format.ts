import type { ChartData, Unit } from '../charts/chart-data.ts';

/** Three significant digits. */
export const formatNumber = (value: number): string =>
  Math.abs(value) >= 100 || Number.isInteger(value)
    ? Math.round(value).toLocaleString('en-US')
    : Number(value.toPrecision(3)).toLocaleString('en-US', { maximumFractionDigits: 8 });

/** @param units each a thousand times the one before */
const scaled = (value: number, units: readonly string[]): string => {
  let rest = value;
  let unit = 0;
  while (Math.abs(rest) >= 1_000 && unit < units.length - 1) {
    rest /= 1_000;
    unit++;
  }
  return `${formatNumber(rest)} ${units[unit] ?? ''}`;
};

/** A value with its unit, as in the rest of the report. */
export const FORMATS: Record<Unit, (value: number) => string> = {
  ms: (value) =>
    value >= 10_000 ? `${formatNumber(value / 1_000)} s` : `${formatNumber(value)} ms`,
  share: (value) => `${formatNumber(value * 100)} %`,
  bits: (value) => scaled(value, ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s']),
  bytes: (value) => scaled(value, ['B', 'kB', 'MB', 'GB', 'TB']),
  cores: (value) => formatNumber(value),
  count: (value) => formatNumber(value),
  perSecond: (value) => `${formatNumber(value)}/s`,
};

/** A time as tiles show it: digits below a millisecond would be a precision of noise. */
export const formatRoundMs = (value: number): string =>
  value > 0 && value < 1 ? '< 1 ms' : FORMATS.ms(value);

/** A share as tiles show it: to a hundredth of a per cent. */
export const formatRoundShare = (value: number): string => {
  const percent = Math.round(value * 10_000) / 100;
  return value > 0 && percent < 0.01 ? '< 0.01 %' : `${formatNumber(percent)} %`;
};

/** CPU time per second as tiles show it. */
export const formatCores = (value: number): string =>
  `${value > 0 && value < 0.01 ? '< 0.01' : formatNumber(Math.round(value * 100) / 100)} cores`;

const NO_VALUE = '–';

/** A value of a chart with its unit; a dash where there is none. */
export const formatPoint = (
  chart: ChartData,
  series: number,
  point: number | null | undefined,
): string => {
  const value = point == null ? null : chart.series[series]?.values[point];
  return value == null ? NO_VALUE : FORMATS[chart.unit](value);
};

/** `m:ss` or `h:mm:ss`. @param seconds after the start of the run */
export const formatClock = (seconds: number): string => {
  const whole = Math.floor(seconds);
  const two = (part: number): string => String(part).padStart(2, '0');
  const [h, m, s] = [Math.floor(whole / 3_600), Math.floor(whole / 60) % 60, whole % 60];
  return `${h > 0 ? `${h}:${two(m)}` : m}:${two(s)}`;
};
