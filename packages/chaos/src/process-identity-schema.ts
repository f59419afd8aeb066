import type { ProcessIdentity } from '@livekit-swarm/host';
import { z } from 'zod';

/** Schema of a process in the journal. */
export const processIdentitySchema: z.ZodType<ProcessIdentity> = z.object({
  pid: z.int().positive(),
  startedAt: z.number().nullable(),
  bootId: z.string().nullable(),
});
