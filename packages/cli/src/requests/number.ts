import { usageError } from '@livekit-swarm/settings/errors';

/**
 * Reads a number of a flag.
 * @param flag as it is typed: `--headroom`
 * @returns the number; throws SwarmError `usage` for another text, and outside of the limits
 */
export const readNumber = (flag: string, text: string, min: number, max: number): number => {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= min && value <= max) return value;
  throw usageError(
    `${flag} ${text}: must be a number from ${min} to ${max}`,
    `write ${flag} ${min}`,
  );
};
