import { emptyBins } from '@livekit-swarm/metrics';
import { z } from 'zod';
import { sketchBins } from './sketch-bins.ts';

const count = z.number();

/**
 * Active-speaker announcements of the server as participants of a role received them, where
 * participants take turns in speaking. Each turn counts once per participant that was in the room
 * for all of it.
 */
export const speakersSchema = z.object({
  group: z.string(),
  role: z.string(),
  /**
   * Number of ended turns of two seconds or more; `missed`: those that the server never announced.
   */
  turns: count,
  missed: count,
  /** Number of announced speakers; `wrong`: those that had not spoken for two seconds. */
  announced: count,
  wrong: count,
  /** Time from the beginning of a turn to its announcement, ms. */
  delay: sketchBins,
});

export type SpeakersSample = z.infer<typeof speakersSchema>;

export const emptySpeakers = (group: string, role: string): SpeakersSample => ({
  group,
  role,
  turns: 0,
  missed: 0,
  announced: 0,
  wrong: 0,
  delay: emptyBins(),
});
