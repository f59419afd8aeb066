import { strict } from '@livekit-swarm/settings';
import type { z } from 'zod';

export type NoParams = Record<string, never>;

/** For faults that need not be told anything. */
export const noParams: z.ZodType<NoParams> = strict({});
