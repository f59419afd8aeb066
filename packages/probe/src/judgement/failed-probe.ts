import type { ProbeFailure } from '@livekit-swarm/catalogue';

/** Reason for which a probe failed, and a sentence about it. */
export interface FailedProbe {
  reason: ProbeFailure;
  message: string;
}
