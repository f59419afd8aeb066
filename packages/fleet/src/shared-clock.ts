import { measureClockOffset, monotonicMs } from '@livekit-swarm/livekit';
import type { Redis } from 'ioredis';
import { z } from 'zod';

/** Largest time of ECMAScript, ms. */
const MOST_MS = 8.64e15;

/** How the clock of this host relates to that of Redis, which all hosts of a run share. */
export const clockReadingSchema = z.strictObject({
  /** Redis' Unix time minus CLOCK_MONOTONIC of this host, ms. */
  offsetMs: z.number().min(-MOST_MS).max(MOST_MS),
  /** The offset is wrong by this much at most, ms: half of the round trip. */
  uncertaintyMs: z.number().min(0).max(MOST_MS),
  /** Unix time as the clock of this host is set minus that of Redis, whole ms. */
  aheadMs: z.number().min(-MOST_MS).max(MOST_MS),
});

export type ClockReading = z.infer<typeof clockReadingSchema>;

const READINGS = 16;

/**
 * The best of 16 readings of TIME, one after the other: the quickest answer leaves the least doubt when it was given (Cristian 1989).
 * @throws Error when Redis does not answer
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
