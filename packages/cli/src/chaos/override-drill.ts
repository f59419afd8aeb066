import type { Drill, DrillLoad } from '@livekit-swarm/chaos/drill';
import { usageError } from '@livekit-swarm/settings';

/** What flags change about a drill. */
export interface Overrides {
  repeats?: string;
  reconnectPolicy?: DrillLoad['reconnectPolicy'];
}

const MOST_REPEATS = 100;

/** @throws UsageError */
export const overrideDrill = (drill: Drill, { repeats, reconnectPolicy }: Overrides): Drill => ({
  ...drill,
  repeats: repeats === undefined ? drill.repeats : readRepeats(repeats),
  load: { ...drill.load, reconnectPolicy: reconnectPolicy ?? drill.load.reconnectPolicy },
  // Known failures are only known for the load of the file.
  knownFailures:
    reconnectPolicy === undefined || reconnectPolicy === drill.load.reconnectPolicy
      ? drill.knownFailures
      : null,
});

const readRepeats = (text: string): number => {
  const count = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (count >= 1 && count <= MOST_REPEATS) return count;
  throw usageError(`--repeats ${text}: must be a whole number from 1 to ${MOST_REPEATS}`);
};
