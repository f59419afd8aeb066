/** Texts of numbers in a scenario file, which read back as the same number. */
import { parseDuration } from '@livekit-swarm/settings';

/** Number without an exponent: 0.0000001. */
export const decimal = (number: number): string => {
  const [digits = '', exponent] = String(number).split('e-');
  if (exponent === undefined) return digits;
  return `0.${'0'.repeat(Number(exponent) - 1)}${digits.replace('.', '')}`;
};

/** Text of a duration, short and exact: `1h30m`, `90s`, `1.5s`, `500ms`. */
export const durationText = (ms: number): string => {
  const candidates =
    ms >= TWO_MINUTES && ms % 1_000 === 0 ? [inParts(ms / 1_000)] : [inSeconds(ms), inMinutes(ms)];
  const exact = candidates
    .filter((text) => text !== null)
    .filter((text) => parseDuration(text) === ms);
  return exact.reduce(
    (best, text) => (text.length < best.length ? text : best),
    `${decimal(ms)}ms`,
  );
};

const TWO_MINUTES = 120_000;

const inSeconds = (ms: number): string | null =>
  ms >= 1_000 || ms === 0 ? `${decimal(ms / 1_000)}s` : null;

const inMinutes = (ms: number): string | null =>
  ms > 0 && ms % 60_000 === 0 ? `${ms / 60_000}m` : null;

const inParts = (seconds: number): string =>
  [
    [Math.floor(seconds / 3_600), 'h'] as const,
    [Math.floor((seconds % 3_600) / 60), 'm'] as const,
    [seconds % 60, 's'] as const,
  ]
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join('');

/** Text of a rate: `50/s`. */
export const rateText = (perSecond: number): string => `${decimal(perSecond)}/s`;

/** Text of a share: `2%`, or the number if per cent would not be exact. */
export const shareText = (share: number): string | number => {
  const percent = Number((share * 100).toPrecision(12));
  return Number((percent / 100).toPrecision(12)) === share ? `${decimal(percent)}%` : share;
};

/** Text of a bit rate: `1.5Mbit/s`. */
export const bitRateText = (bps: number): string => {
  for (const [prefix, factor] of [
    ['G', 1e9],
    ['M', 1e6],
    ['k', 1e3],
  ] as const) {
    const text = decimal(bps / factor);
    if (bps >= factor && text.length <= 6 && Math.round(Number(text) * factor) === bps)
      return `${text}${prefix}bit/s`;
  }
  return `${decimal(bps)}bit/s`;
};
