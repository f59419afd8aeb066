import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { combinations } from 'simple-statistics';

/** Up to this many ways are all enumerated; of more, a seeded sample. */
const ALL_UP_TO = 4_096;
const SAMPLED = 2_000;

/** The ways in which chance could have given out the names "base" and "current". */
export interface Relabelings<T> {
  ways: readonly T[];
  /** All there are, or a sample of them, in which the way that was observed must be counted in. */
  complete: boolean;
}

/** How many ways there are to choose who of m + n runs is base. */
export const countSplits = (m: number, n: number): number => {
  let ways = 1;
  for (let i = 1; i <= n; i++) ways = (ways * (m + i)) / i;
  return Math.round(ways);
};

/** Each way: for every run whether it is a current one. Of `m` base runs, then `n` current ones. */
export const splits = (m: number, n: number, seed: number): Relabelings<boolean[]> => {
  const places = Array.from({ length: m + n }, (_, place) => place);
  if (countSplits(m, n) <= ALL_UP_TO) {
    const ways = combinations(places, n).map((chosen: number[]) =>
      places.map((place) => chosen.includes(place)),
    );
    return { ways, complete: true };
  }
  const random = xoroshiro128plus(seed);
  const ways = Array.from({ length: SAMPLED }, () => {
    const current = places.map((place) => place >= m);
    for (let place = m + n - 1; place > 0; place--) {
      const other = uniformInt(random, 0, place);
      [current[place], current[other]] = [current[other] === true, current[place] === true];
    }
    return current;
  });
  return { ways, complete: false };
};

/** Each way: for every round whether base and current change places. */
export const swaps = (rounds: number, seed: number): Relabelings<boolean[]> => {
  const all = 2 ** rounds;
  if (all <= ALL_UP_TO) {
    const ways = Array.from({ length: all }, (_, way) =>
      Array.from({ length: rounds }, (_, round) => ((way >> round) & 1) === 1),
    );
    return { ways, complete: true };
  }
  const random = xoroshiro128plus(seed);
  const ways = Array.from({ length: SAMPLED }, () =>
    Array.from({ length: rounds }, () => uniformInt(random, 0, 1) === 1),
  );
  return { ways, complete: false };
};
