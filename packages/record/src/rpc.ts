import { z } from 'zod';
import { sketchBins } from './sketch-bins.ts';

const count = z.number();

/** Calls that participants of a role made, by the time of their end. */
export const rpcSample = z.object({
  group: z.string(),
  role: z.string(),
  /** Calls that ended, failed ones included. */
  calls: count,
  /**
   * Failed calls by the code of LiveKit's RPC: `{ "1502": 3 }`. Code 0: another failure, such as an
   * answer that differs from the request.
   */
  errors: z.record(z.string(), count),
  /** Time from a call to its answer, ms. */
  time: sketchBins,
});

export type RpcSample = z.infer<typeof rpcSample>;
