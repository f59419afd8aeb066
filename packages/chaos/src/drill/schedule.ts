import { randomStream } from '@livekit-swarm/scenario';
import type { Fault } from '../faults/fault.ts';

/**
 * When a fault begins, ms after the crowd is steady: once, every so often, or by chance. The same seed and place in the file give the same times, and two that
 * last are never on at once.
 * @param lastsMs how long each is on; null: it is over at once, or stays
 */
export const injectionTimes = (
  item: {
    at: number;
    every?: number | undefined;
    times?: number | undefined;
    random?: { times: number; within: number } | undefined;
  },
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

/** How long a fault of a file is on, ms: as the file says, else as long as it takes by itself. Null: it is over at once, or stays until the drill is over. */
export const durationOfItem = (
  item: { for?: number | undefined; with: unknown },
  { durationOf }: Pick<Fault, 'durationOf'>,
): number | null => item.for ?? (durationOf?.(item.with) || null);

/** How long its parts are hit, ms: without an end of its own, until somebody heals them, unless they are there again at once. */
export const affectedMs = (
  lastsMs: number | null,
  { durationOf }: Pick<Fault, 'durationOf'>,
): number => lastsMs ?? (durationOf === undefined ? Number.POSITIVE_INFINITY : 0);
