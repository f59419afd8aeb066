import type { RegionFacts } from '@livekit-swarm/ready';
import type { RegionProgress, RegionSession } from './session.ts';

/** Messages to the process of a session. */
export type ToRegions = { type: 'start'; session: RegionSession } | { type: 'stop' };

/** Messages of the process of a session. */
export type FromRegions =
  | { type: 'progress'; progress: RegionProgress }
  | { type: 'ended'; facts: RegionFacts }
  | { type: 'failed'; code: string; message: string; hint: string | null };
