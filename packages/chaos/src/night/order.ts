import { randomStream } from '@livekit-swarm/scenario';

/** Shuffles drills: the same seed and the same names give the same order, whatever order they had. */
export const shuffleDrills = <Drill extends { name: string }>(
  drills: readonly Drill[],
  seed: number,
): Drill[] => {
  const random = randomStream(seed, 'night');
  const order = drills.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const [a, b] = [order[last], order[other]];
    if (a !== undefined && b !== undefined) [order[last], order[other]] = [b, a];
  }
  return order;
};
