import { emptyBins } from '@livekit-swarm/metrics';
import { z } from 'zod';
import { sketchBins } from './sketch-bins.ts';

const count = z.number();

/**
 * Counters that only real clients measure, because they decode and play; defined as in W3C
 * webrtc-stats.
 */
const counters = {
  framesDecoded: count,
  framesDropped: count,
  freezes: count,
  freezeMs: count,
  /**
   * Audio samples that were played; `concealedSamples` of them were synthesised because packets
   * were missing.
   */
  samples: count,
  concealedSamples: count,
  silentConcealedSamples: count,
  /**
   * Time in which video was sent, and the part of it in less than full quality for lack of
   * bandwidth or CPU, ms.
   */
  sentMs: count,
  limitedMs: count,
} as const;

export type PlayoutCounter = keyof typeof counters;

export const PLAYOUT_COUNTERS = Object.keys(counters) as PlayoutCounter[];

/** Playout of a group of tracks in one interval; counters are differences. */
export const playoutSample = z.object({
  ...counters,
  /** Delay in the jitter buffer, ms: one value per track, the mean of the interval. */
  jitterBufferDelay: sketchBins,
  /**
   * Time from the capture of a frame until it was shown, ms: one value per track, the mean of the
   * interval.
   */
  frameLatency: sketchBins,
  /** Bandwidth estimate of the client for this direction of its connection, bit/s. */
  bandwidthEstimate: sketchBins,
});

/** Playout of one track over its whole session. */
export const trackPlayout = z.object({
  ...counters,
  /** Mean delay in the jitter buffer, ms; null: not measured. */
  jitterBufferDelayMs: z.number().nullable(),
  /** Mean over frames that carried their capture time, ms; null: none did. */
  frameLatencyMs: z.number().nullable(),
});

export type PlayoutSample = z.infer<typeof playoutSample>;
export type TrackPlayout = z.infer<typeof trackPlayout>;

export const emptyPlayoutCounters = (): Record<PlayoutCounter, number> =>
  Object.fromEntries(PLAYOUT_COUNTERS.map((name) => [name, 0])) as Record<PlayoutCounter, number>;

export const emptyPlayoutSample = (): PlayoutSample => ({
  ...emptyPlayoutCounters(),
  jitterBufferDelay: emptyBins(),
  frameLatency: emptyBins(),
  bandwidthEstimate: emptyBins(),
});
