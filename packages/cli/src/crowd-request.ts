import { usageError } from '@livekit-swarm/settings';
import type { CrowdFlags } from './flags.ts';
import type { RunRequest, ScenarioRun } from './run-scenario.ts';
import { readTarget } from './target.ts';

const MAX_WORKERS = 256;

/**
 * Target and generator settings of a run, from flags.
 * @param typed whether a flag was given on the command line
 * @throws SwarmError `usage`
 */
export const readCrowdFlags = (
  flags: CrowdFlags,
  typed: (flag: keyof CrowdFlags) => boolean,
): Omit<RunRequest, 'scenario'> & Pick<ScenarioRun, 'reconnectPolicy'> => ({
  target: readTarget(flags, typed),
  signalling: flags.signalling,
  reconnectPolicy: flags.reconnectPolicy,
  workers: readWorkers(flags.workers),
});

export const readWorkers = (text: string | undefined): number | null => {
  if (text === undefined) return null;
  const count = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (count >= 1 && count <= MAX_WORKERS) return count;
  throw usageError(
    `--workers ${text}: must be a whole number from 1 to ${MAX_WORKERS}`,
    'leave it out to have it chosen',
  );
};
