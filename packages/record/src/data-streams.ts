import { z } from 'zod';

const count = z.number();
const bins = z.object({ bins: z.array(z.number()), zeros: count });

/** Text or byte streams that participants of a role received, by the time of their end. */
export const dataStreamsSample = z.object({
  group: z.string(),
  role: z.string(),
  /** Streams that ended; `incomplete`: those of which something was missing. */
  streams: count,
  incomplete: count,
  bytes: count,
  /** Time from the beginning of a stream to its last byte, ms. */
  time: bins,
  /** Size of a stream by that time, bit/s. */
  throughput: bins,
});

export type DataStreamsSample = z.infer<typeof dataStreamsSample>;
