import { flagName, LOAD_FLAGS } from '@livekit-swarm/scenario';
import { usageError } from '@livekit-swarm/settings';

/**
 * Checks that either a scenario file or flags describe the load.
 * @param path the file; undefined: there is none
 * @param typed whether a flag was given on the command line
 * @throws SwarmError `usage`
 */
export const assertFileOrFlags = (
  path: string | undefined,
  typed: (flag: string) => boolean,
): void => {
  if (path === undefined) {
    const [varying] = ['scale', 'seed'].filter(typed);
    if (varying === undefined) return;
    throw usageError(
      '--scale and --seed require a scenario file',
      'name the file: scenarios/voice-ai.yaml --scale small',
    );
  }
  const shaping = [...LOAD_FLAGS, 'printScenario'].filter(typed);
  if (shaping.length === 0) return;
  throw usageError(
    `${shaping.map(nameOf).join(', ')}: the scenario ${path} defines the load`,
    'leave the flags or the file out',
  );
};

const nameOf = (flag: string): string => {
  const known = LOAD_FLAGS.find((one) => one === flag);
  return known === undefined ? '--print-scenario' : flagName(known);
};
