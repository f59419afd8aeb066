import { measureClockOffset, monotonicMs } from '@livekit-swarm/livekit';
import type { Redis } from 'ioredis';
import { z } from 'zod';

/** Largest time of ECMAScript, ms. */
const MOST_MS = 8.64e15;

/** Reading of this host's clock against that of Redis, which all hosts of a run share. */
export const clockReadingSchema = z.strictObject({
  /** Redis' Unix time minus CLOCK_MONOTONIC of this host, ms. */
  offsetMs: z.number().min(-MOST_MS).max(MOST_MS),
  /** Largest error of the offset, ms: half of the round trip. */
  uncertaintyMs: z.number().min(0).max(MOST_MS),
  /** Unix time of this host's clock minus that of Redis, ms, whole. */
  aheadMs: z.number().min(-MOST_MS).max(MOST_MS),
});

export type ClockReading = z.infer<typeof clockReadingSchema>;

const READINGS = 16;

/**
 * Reads the shared clock 16 times by TIME and keeps the reading with the fastest answer, which has
 * the least uncertainty (Cristian 1989).
 * @throws Error if Redis does not answer
 */
export const readSharedClock = async (redis: Redis): Promise<ClockReading> => {
  let best: Omit<ClockReading, 'aheadMs'> | null = null;
  for (let reading = 0; reading < READINGS; reading++) {
    const sent = monotonicMs();
    const [seconds, micros] = await redis.time();
    const received = monotonicMs();
    const uncertaintyMs = (received - sent) / 2;
    if (best !== null && best.uncertaintyMs <= uncertaintyMs) continue;
    const unixMs = Number(seconds) * 1_000 + Number(micros) / 1_000;
    best = { offsetMs: unixMs - (sent + received) / 2, uncertaintyMs };
  }
  if (best === null) throw new Error('no reading of the clock');
  return { ...best, aheadMs: Math.round(measureClockOffset() - best.offsetMs) };
};
