import { formatNumber } from './number-text.ts';
import { quote } from './schema/issues.ts';
import { usageError } from './swarm-error.ts';

/** Longest duration in settings and scenarios, ms. */
export const LONGEST_DURATION_MS = 7 * 86_400_000;

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
type Unit = keyof typeof UNIT_MS;

const PART = /^(\d+(?:\.\d+)?)(ms|s|m|h)/;

/**
 * Reads a duration: `500ms`, `30s`, `1.5m`, `1h30m`.
 * @returns ms
 * @throws SwarmError `usage` if the unit is missing or the text is not a duration
 */
export const parseDuration = (text: string): number => {
  const trimmed = text.trim();
  if (/^\d+(\.\d+)?$/.test(trimmed))
    throw usageError('a duration needs a unit', `write ${trimmed}s`);
  let rest = trimmed;
  let total = 0;
  while (rest !== '') {
    const match = PART.exec(rest);
    if (match === null) throw notADuration(text);
    total += Number(match[1]) * UNIT_MS[match[2] as Unit];
    rest = rest.slice(match[0].length);
  }
  if (trimmed === '') throw notADuration(text);
  return total;
};

const notADuration = (text: string) =>
  usageError(
    `${quote(text)} is not a duration`,
    'write a number and ms, s, m or h: 30s, 2m, 1h30m',
  );

/** Text of a duration with at most two units: `500ms`, `30s`, `1m 30s`, `2h 5m`. */
export const formatDuration = (ms: number): string => {
  if (ms < 1_000) return `${Math.round(ms)}ms`;
  if (ms < 60_000) return `${Math.round(ms / 100) / 10}s`;
  const seconds = Math.round(ms / 1_000);
  const [large, small, unit, smallUnit] =
    seconds < 3_600
      ? [Math.floor(seconds / 60), seconds % 60, 'm', 's']
      : [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60), 'h', 'm'];
  return small === 0 ? `${large}${unit}` : `${large}${unit} ${small}${smallUnit}`;
};

/** Text of a count with its noun: `1 room`, `20 rooms`. */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatNumber(count)} ${count === 1 ? one : many}`;
