import type { RateLimit } from './clients-options.ts';

export interface Limiter {
  /** Check whether a further request of a key is allowed now, and count it. */
  allows(key: string, at: number): boolean;
  /** Number of remembered keys. */
  readonly size: number;
}

interface Bucket {
  level: number;
  at: number;
}

/**
 * Create token buckets by key. At most `most` are remembered; the one that was not used for longest
 * is forgotten first, as it would be full again soonest.
 * @param at milliseconds of any monotonic clock
 */
export const createLimiter = ({ perSecond, burst }: RateLimit, most: number): Limiter => {
  const buckets = new Map<string, Bucket>();
  const allows = (key: string, at: number): boolean => {
    const { level, at: before } = buckets.get(key) ?? { level: burst, at };
    const filled = Math.min(burst, level + (Math.max(0, at - before) / 1_000) * perSecond);
    buckets.delete(key);
    buckets.set(key, { level: filled >= 1 ? filled - 1 : filled, at });
    if (buckets.size > most) {
      const [oldest = key] = buckets.keys();
      buckets.delete(oldest);
    }
    return filled >= 1;
  };
  return {
    allows,
    get size() {
      return buckets.size;
    },
  };
};
