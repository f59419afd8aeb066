import { median } from 'simple-statistics';
import type { KneeInterval } from './result.ts';
import type { Found } from './search.ts';

/**
 * The limit over repeated searches. The median of all searches is between the smallest and the largest of n with a probability of 1 − 2^(1−n): each lies on either side of
 * it with equal chance (the interval of the sign test). A single search only knows that the limit is below the load that was exceeded.
 * @param searches those that found a limit; null when there is none
 */
export const kneeInterval = (
  searches: readonly Pick<Found, 'carried' | 'exceeded'>[],
): KneeInterval | null => {
  const repeats = searches.map(({ carried }) => carried);
  const [first] = searches;
  if (first === undefined) return null;
  if (searches.length === 1)
    return {
      load: first.carried,
      from: first.carried,
      to: first.exceeded ?? first.carried,
      confidence: null,
      repeats,
    };
  return {
    load: median(repeats),
    from: Math.min(...repeats),
    to: Math.max(...repeats),
    confidence: 1 - 2 ** (1 - searches.length),
    repeats,
  };
};
