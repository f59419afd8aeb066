import type { Drill, DrillLoad, ReplacingLoad } from '@livekit-swarm/chaos/drill';
import { readScenarioFile } from '@livekit-swarm/scenario';
import { parseDuration, usageError } from '@livekit-swarm/settings';
import { wholeNumber } from '../requests/whole-number.ts';

/** Changes that flags make to a drill. */
export interface Overrides {
  repeats?: string;
  scenario?: string;
  scale?: string;
  steadyAt?: string;
  reconnectPolicy?: DrillLoad['reconnectPolicy'];
}

const MOST_REPEATS = 100;

/**
 * Load of `--scenario`, in any scale and from any time, which replaces the load of each drill.
 * @throws SwarmError `usage`, `invalid_file`
 */
export const readLoadOverride = ({
  scenario,
  scale,
  steadyAt,
}: Pick<Overrides, 'scenario' | 'scale' | 'steadyAt'>): ReplacingLoad | undefined => {
  if (scenario !== undefined)
    return {
      scenario: readScenarioFile(scenario, { scale }).scenario,
      steadyAtMs: steadyAt === undefined ? null : parseDuration(steadyAt),
    };
  const alone = scale !== undefined ? '--scale' : steadyAt !== undefined ? '--steady-at' : null;
  if (alone !== null)
    throw usageError(
      `${alone} has no effect without --scenario`,
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
