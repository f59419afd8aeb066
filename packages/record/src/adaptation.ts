import { emptyBins } from '@livekit-swarm/metrics';
import { z } from 'zod';

/** Rate adaptation of native publishers, in one interval; of real clients the same is in `playout`. */
export const adaptationSample = z.object({
  /** Video that was to be sent: for how long, summed over layers, and for how long of it its track was sent in less than full quality for lack of bandwidth. */
  sentMs: z.number(),
  limitedMs: z.number(),
  /** Packets sent again to probe, or to fill the bandwidth. */
  paddingPackets: z.number(),
  /** Bits per second that each publisher estimates for what it sends (W3C webrtc-stats, availableOutgoingBitrate). */
  bandwidthEstimate: z.object({ bins: z.array(z.number()), zeros: z.number() }),
});

export type AdaptationSample = z.infer<typeof adaptationSample>;

export const emptyAdaptation = (): AdaptationSample => ({
  sentMs: 0,
  limitedMs: 0,
  paddingPackets: 0,
  bandwidthEstimate: emptyBins(),
});
