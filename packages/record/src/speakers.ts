import { emptyBins } from '@livekit-swarm/metrics';
import { z } from 'zod';

const count = z.number();

/**
 * What participants of a role learned from the server about who speaks, where participants take turns: every participant that was in the room for a whole turn
 * counts each turn once.
 */
export const speakersSchema = z.object({
  group: z.string(),
  role: z.string(),
  /** Ended turns of two seconds or more, and those of them that the server never announced. */
  turns: count,
  missed: count,
  /** Announcements of active speakers, and those of a participant that had not spoken for two seconds. */
  announced: count,
  wrong: count,
  /** From the begin of a turn until the server announced it, ms. */
  delay: z.object({ bins: z.array(z.number()), zeros: count }),
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
