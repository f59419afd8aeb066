import { z } from 'zod';

/** Functions that a line names, by their own CPU time. */
export const MAX_PROFILED_FUNCTIONS = 25;

/**
 * CPU profile of a node, taken once while a limit was crossed, and reduced to what a report shows;
 * `file` is the whole profile.
 */
export const serverProfileSchema = z.object({
  type: z.literal('server_profile'),
  /** Time at which it ended, ms after the start. */
  at: z.number(),
  node: z.string(),
  /** Time that it covers, ms; 0: there is none. */
  durationMs: z.number(),
  /** Reason why there is no profile; absent: there is one. */
  message: z.string().exactOptional(),
  /** Name of the file in the folder of the record: a gzipped `profile.proto`. */
  file: z.string().exactOptional(),
  /** CPU time of all samples, ms. */
  cpuMs: z.number(),
  /** Functions with most CPU time of their own, the first with most. */
  functions: z
    .array(
      z.object({
        name: z.string(),
        /** CPU time of the function itself, ms. */
        selfMs: z.number(),
        /** CPU time of the function and of all that it calls, ms. */
        totalMs: z.number(),
      }),
    )
    .max(MAX_PROFILED_FUNCTIONS),
  /** Names of the functions in `frames`. */
  names: z.array(z.string()),
  /**
   * Tree of calls: `[name, caller, ms]`, the index of the name, that of the calling frame (−1:
   * none; callers come first), and CPU time of the frame with all that it calls. Frames with little
   * of it are left out.
   */
  frames: z.array(z.tuple([z.number(), z.number(), z.number()])),
});

export type ServerProfileLine = z.infer<typeof serverProfileSchema>;
