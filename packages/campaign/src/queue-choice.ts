import type { QueueOptions } from '@livekit-swarm/fleet';

/** The hosts that a run uses, if it does not run on this one. */
export interface QueueChoice extends QueueOptions {
  url: string;
  /** Number of hosts; null: all that are idle. */
  hosts: number | null;
  /** Labels of the hosts: each has all of them. */
  labels: Record<string, string>;
}

export const MAX_HOSTS = 1_000;
