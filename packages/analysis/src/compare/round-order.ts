import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Which server runs first in a round. */
export type FirstSide = 'A' | 'B';

/**
 * Which server runs first in each round: of every two rounds one each (ABBA or BAAB), so that a host that slows down affects both alike; the order
 * within two rounds is random, so that periodic events do not affect one of them more.
 */
export function* roundOrder(seed: number): Generator<FirstSide, never> {
  const random = xoroshiro128plus(seed);
  for (;;) {
    const first: FirstSide = uniformInt(random, 0, 1) === 0 ? 'A' : 'B';
    yield first;
    yield first === 'A' ? 'B' : 'A';
  }
}
