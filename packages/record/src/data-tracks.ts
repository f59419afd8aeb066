import { z } from 'zod';
import { sketchBins } from './sketch-bins.ts';

const count = z.number();

/** Frames on data tracks that participants of a role sent and received. */
export const dataTracksSample = z.object({
  group: z.string(),
  role: z.string(),
  /** Frames that were given to the client; `dropped`: those that it did not send. */
  sent: count,
  dropped: count,
  /** Frames that arrived; `reordered`: after a later one. */
  received: count,
  reordered: count,
  /** Frames between others that arrived, and that did not, or were damaged. */
  lost: count,
  /** Data tracks that were subscribed to; `silent`: those without a frame in time. */
  tracks: count,
  silent: count,
  /** Time from the sending of a frame to its receipt, ms. */
  latency: sketchBins,
});

export type DataTracksSample = z.infer<typeof dataTracksSample>;
