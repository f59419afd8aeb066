import { median } from 'simple-statistics';
import type { KneeInterval } from './result.ts';
import type { SearchResult } from './search.ts';

/**
 * Limit over repeated searches, with its interval. The median of all searches lies between the
 * smallest and the largest of n results with a probability of 1 − 2^(1−n), because each result is
 * above or below it with equal probability (interval of the sign test). A single search shows only
 * that the limit is below the load that was exceeded.
 * @param searches searches that found a limit
 * @returns null if there is none
 */
export const kneeInterval = (
  searches: readonly Pick<SearchResult, 'carried' | 'exceeded'>[],
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
