import { usageError } from '@livekit-swarm/settings/errors';

/**
 * A parser of whole numbers for a flag: digits alone, without sign or exponent.
 * @param flag as it is typed: `--processes`
 * @param hint the next step after a wrong value
 * @returns the number; throws SwarmError `usage` for any other text
 */
export const wholeNumber =
  (flag: string, min: number, max: number, hint: string | null = null) =>
  (text: string): number => {
    const value = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw usageError(`${flag} ${text}: must be a whole number from ${min} to ${max}`, hint);
  };
