import type { Drill, DrillLoad } from '@livekit-swarm/chaos/drill';
import { wholeNumber } from '../requests/whole-number.ts';

/** Changes that flags make to a drill. */
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

const readRepeats = wholeNumber('--repeats', 1, MOST_REPEATS);
