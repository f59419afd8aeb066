import type { QueueOptions } from '@livekit-swarm/fleet';

/** The hosts that a run uses, if it does not run on this one. */
export interface QueueChoice extends QueueOptions {
  url: string;
  /** Null: all that are idle. */
  machines: number | null;
  /** Only hosts that have all of these. */
  labels: Record<string, string>;
}

export const MAX_MACHINES = 1_000;
