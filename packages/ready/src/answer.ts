import type { VerifyVerdict } from '@livekit-swarm/verify';

/** Answer to a question about a deployment. */
export type Answer = 'yes' | 'no' | 'unknown';

export const ANSWERS = {
  passed: 'yes',
  warnings: 'yes',
  failed: 'no',
  unknown: 'unknown',
} as const satisfies Record<VerifyVerdict, Answer>;
