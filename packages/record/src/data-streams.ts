import { z } from 'zod';
import { sketchBins } from './sketch-bins.ts';

const count = z.number();

/** Text or byte streams that participants of a role received, by the time of their end. */
export const dataStreamsSample = z.object({
  group: z.string(),
  role: z.string(),
  /** Streams that ended; `incomplete`: those of which something was missing. */
  streams: count,
  incomplete: count,
  bytes: count,
  /** Time from the beginning of a stream to its last byte, ms. */
  time: sketchBins,
  /** Size of a stream by that time, bit/s. */
  throughput: sketchBins,
});

export type DataStreamsSample = z.infer<typeof dataStreamsSample>;
