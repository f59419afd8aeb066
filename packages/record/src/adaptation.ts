import { emptyBins } from '@livekit-swarm/metrics';
import { z } from 'zod';
import { sketchBins } from './sketch-bins.ts';

/**
 * Rate adaptation of native publishers in one interval. For real clients, `playout` has the same
 * facts.
 */
export const adaptationSample = z.object({
  /**
   * Time in which video was to be sent, summed over layers, and the part of it in which lack of
   * bandwidth kept a track below full quality, ms.
   */
  sentMs: z.number(),
  limitedMs: z.number(),
  /** Packets sent again as probes or to fill the bandwidth. */
  paddingPackets: z.number(),
  /**
   * Bandwidth estimate of each publisher for its uplink, bit/s (W3C webrtc-stats,
   * availableOutgoingBitrate).
   */
  bandwidthEstimate: sketchBins,
});

export type AdaptationSample = z.infer<typeof adaptationSample>;

export const emptyAdaptation = (): AdaptationSample => ({
  sentMs: 0,
  limitedMs: 0,
  paddingPackets: 0,
  bandwidthEstimate: emptyBins(),
});
