import { randomStream } from '@livekit-swarm/scenario';
import type { FaultItem } from './schema/fault.ts';

/**
 * When a fault begins, ms after the crowd is steady: once, every so often, or by chance. The same seed and place in the file give the same times, and two that
 * last are never on at once.
 * @param lastsMs how long each is on; null: it is over at once, or stays
 */
export const beginningsOf = (
  item: Pick<FaultItem, 'at' | 'every' | 'times' | 'random'>,
  lastsMs: number | null,
  seed: number,
  position: number,
): number[] => {
  const { at, every, times = 1, random } = item;
  if (random === undefined)
    return Array.from(
      { length: every === undefined ? 1 : times },
      (_, turn) => at + turn * (every ?? 0),
    );
  const lengthMs = lastsMs ?? 0;
  const chance = randomStream(seed, 'faults', position);
  // Drawn within what is left when all of them have been taken out, and put back between: so nothing overlaps, and everything is as likely.
  const spareMs = random.within - random.times * lengthMs;
  const drawn = Array.from({ length: random.times }, () => Math.round(chance() * spareMs)).sort(
    (a, b) => a - b,
  );
  return drawn.map((ms, turn) => at + ms + turn * lengthMs);
};
