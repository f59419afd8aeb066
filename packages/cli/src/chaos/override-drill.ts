import type { Drill, DrillLoad } from '@livekit-swarm/chaos/drill';
import { readScenarioFile, type Scenario } from '@livekit-swarm/scenario';
import { usageError } from '@livekit-swarm/settings';
import { wholeNumber } from '../requests/whole-number.ts';

/** Changes that flags make to a drill. */
export interface Overrides {
  repeats?: string;
  scenario?: string;
  scale?: string;
  reconnectPolicy?: DrillLoad['reconnectPolicy'];
}

const MOST_REPEATS = 100;

/**
 * Scenario of `--scenario`, in any scale, which replaces the load of each drill.
 * @throws SwarmError `usage`, `invalid_file`
 */
export const readLoadOverride = ({
  scenario,
  scale,
}: Pick<Overrides, 'scenario' | 'scale'>): Scenario | undefined => {
  if (scenario !== undefined) return readScenarioFile(scenario, { scale }).scenario;
  if (scale !== undefined)
    throw usageError(
      '--scale has no effect without --scenario',
      'add --scenario FILE, or leave it out',
    );
  return undefined;
};

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
