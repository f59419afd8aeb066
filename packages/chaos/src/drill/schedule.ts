import { randomStream } from '@livekit-swarm/scenario';
import type { Fault } from '../faults/fault.ts';

/**
 * Times of the injections of a fault, ms after the steady state: once, at intervals, or at random.
 * The same seed and position in the file give the same times; random injections never overlap.
 * @param durationMs of each; null: instantaneous, or until the end of the drill
 */
export const injectionTimes = (
  item: {
    at: number;
    every?: number | undefined;
    times?: number | undefined;
    random?: { times: number; within: number } | undefined;
  },
  durationMs: number | null,
  seed: number,
  position: number,
): number[] => {
  const { at, every, times = 1, random } = item;
  if (random === undefined)
    return Array.from(
      { length: every === undefined ? 1 : times },
      (_, turn) => at + turn * (every ?? 0),
    );
  const lengthMs = durationMs ?? 0;
  const chance = randomStream(seed, 'faults', position);
  // Drawn from the time that the injections leave free, then shifted by their lengths: no overlap.
  const spareMs = random.within - random.times * lengthMs;
  const drawn = Array.from({ length: random.times }, () => Math.round(chance() * spareMs)).sort(
    (a, b) => a - b,
  );
  return drawn.map((ms, turn) => at + ms + turn * lengthMs);
};

/** Duration of a fault of a file, ms. Null: instantaneous, or until the end of the drill. */
export const durationOfItem = (
  item: { for?: number | undefined; with: unknown },
  { durationOf }: Pick<Fault, 'durationOf'>,
): number | null => item.for ?? (durationOf?.(item.with) || null);

/** How long components are affected, ms; infinite for a rollback that is not scheduled. */
export const affectedMs = (
  durationMs: number | null,
  { durationOf }: Pick<Fault, 'durationOf'>,
): number => durationMs ?? (durationOf === undefined ? Number.POSITIVE_INFINITY : 0);
