import type { PathCheck } from '@livekit-swarm/probe';

/** The result of `swarm connectivity`. */
export interface Connectivity {
  url: string;
  /** True when the user named the paths: then each must work. */
  required: boolean;
  checks: readonly PathCheck[];
}
