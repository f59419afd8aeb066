import { emptyBins } from '@livekit-swarm/metrics';
import { z } from 'zod';

const count = z.number();
const bins = z.object({ bins: z.array(z.number()), zeros: count });

/** What only real clients measure, because they decode and play; counted as W3C webrtc-stats defines it. */
const counters = {
  framesDecoded: count,
  framesDropped: count,
  freezes: count,
  freezeMs: count,
  /** Audio samples that were played, and those of them that were made up. */
  samples: count,
  concealedSamples: count,
  silentConcealedSamples: count,
  /** Sent video: for how long, and for how long of it in less than full quality for lack of bandwidth or CPU. */
  sentMs: count,
  limitedMs: count,
} as const;

export type PlayoutCounter = keyof typeof counters;

export const PLAYOUT_COUNTERS = Object.keys(counters) as PlayoutCounter[];

/** Of a group of tracks in one interval: counters are differences. */
export const playoutSample = z.object({
  ...counters,
  /** Milliseconds in the jitter buffer: of each track the mean of the interval. */
  jitterBufferDelay: bins,
  /** Milliseconds from the capture of a frame until it was shown: of each track the mean of the interval. */
  frameLatency: bins,
  /** Bits per second that the client estimates for this direction of its connection. */
  bandwidthEstimate: bins,
});

/** Of one track over its whole session. */
export const trackPlayout = z.object({
  ...counters,
  /** Mean, ms. */
  jitterBufferDelayMs: z.number().nullable(),
  /** Mean over frames that carried their capture time, ms. */
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
