import type { Limits } from '@livekit-swarm/recordings';
import { SHORTEST_MISSING_MS, SHORTEST_QUIET_MS } from '@livekit-swarm/recordings';
import { readTime } from './read-time.ts';

/** Flags of the deviations that are allowed in recordings. */
export interface RecordingLimitFlags {
  maxDurationError: string;
  maxGap: string;
  maxAvOffset: string;
  maxBlack: string;
  maxSilence: string;
}

const HOUR_MS = 3_600_000;

/** @throws SwarmError `usage` */
export const readRecordingLimits = (flags: RecordingLimitFlags): Limits => ({
  duration: readTime('--max-duration-error', flags.maxDurationError, 1, HOUR_MS),
  gap: readTime('--max-gap', flags.maxGap, SHORTEST_MISSING_MS, HOUR_MS),
  avOffset: readTime('--max-av-offset', flags.maxAvOffset, 40, HOUR_MS),
  black: readTime('--max-black', flags.maxBlack, SHORTEST_QUIET_MS, HOUR_MS),
  silence: readTime('--max-silence', flags.maxSilence, SHORTEST_QUIET_MS, HOUR_MS),
});
