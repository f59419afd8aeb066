import type { Drill, DrillCrowd } from '@livekit-swarm/chaos/drill';
import { usageError } from '@livekit-swarm/settings';

/** What flags change about a drill. */
export interface Adjustments {
  repeats?: string;
  reconnectPolicy?: DrillCrowd['recovery'];
}

const MOST_REPEATS = 100;

/** @throws SwarmError `usage` */
export const adjustDrill = (drill: Drill, { repeats, reconnectPolicy }: Adjustments): Drill => ({
  ...drill,
  repeats: repeats === undefined ? drill.repeats : readRepeats(repeats),
  crowd: { ...drill.crowd, recovery: reconnectPolicy ?? drill.crowd.recovery },
  // What is known, is known of people who behave as in the file.
  known:
    reconnectPolicy === undefined || reconnectPolicy === drill.crowd.recovery ? drill.known : null,
});

const readRepeats = (text: string): number => {
  const count = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (count >= 1 && count <= MOST_REPEATS) return count;
  throw usageError(`--repeats ${text}: must be a whole number from 1 to ${MOST_REPEATS}`);
};
