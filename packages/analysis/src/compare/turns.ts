import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Which of both servers has its turn first in a round. */
export type First = 'A' | 'B';

/**
 * Who begins each round: of every two rounds one each (ABBA or BAAB), so that a machine that gets slower all the time treats both alike; which of them
 * begins the two is drawn, so that nothing that happens every other minute can side with one.
 */
export function* turns(seed: number): Generator<First, never> {
  const random = xoroshiro128plus(seed);
  for (;;) {
    const first: First = uniformInt(random, 0, 1) === 0 ? 'A' : 'B';
    yield first;
    yield first === 'A' ? 'B' : 'A';
  }
}
