import type { Act } from './act.ts';
import { busy, closed, lossy, stalled } from './media-acts.ts';
import { balancerKilled, draining, full, killed, looping, redisGone, split } from './node-acts.ts';
import { companionsKilled, exporterKilled, jobEmptied } from './watching-acts.ts';

/** Faults of media, and of what it needs: fault after fault; those of a scene do not disturb each other. */
export const MEDIA_SCENES: readonly (readonly Act[])[] = [[lossy], [stalled], [closed, busy]];

/** Faults of the programs. Many people first: they need the machine, which later is somebody else's. */
export const PROGRAM_SCENES: readonly (readonly Act[])[] = [
  [full, exporterKilled],
  [draining],
  [killed],
  [looping],
  [redisGone],
  [balancerKilled, companionsKilled],
  [split],
  [jobEmptied],
];

export const SCENES = [...MEDIA_SCENES, ...PROGRAM_SCENES];

/** Alerts that are shown by promtool alone, and why. */
export const NOT_RAISED: Readonly<Record<string, string>> = {
  LiveKitMemoryHigh:
    'to fill the memory of a machine is to have the kernel kill what runs on it, tests of others included',
};
