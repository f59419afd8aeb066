import { parseDuration, usageError } from '@livekit-swarm/settings';

/**
 * Reads the time of a flag.
 * @param flag as it is typed: `--after`
 * @param least ms
 * @param most ms
 * @returns ms; throws SwarmError `usage` for another text, and for a time outside of these limits
 */
export const readTime = (flag: string, text: string, least: number, most: number): number => {
  const ms = parseDuration(text);
  if (ms >= least && ms <= most) return ms;
  throw usageError(`${flag} ${text}: must be ${least}ms to ${most / 1_000}s`);
};
