import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { cacheDir, withFileLock } from '@livekit-swarm/host';
import { SwarmError } from '@livekit-swarm/settings';
import { type DeploymentChoice, describeDeployment } from './deployment-choice.ts';

/**
 * Carries a drill out on a deployment that stands, and keeps others of this user from it meanwhile: two at once would hit more than either may, and each would
 * lay what the other does at the server's door. A lab that is raised for a drill is its own.
 * @throws SwarmError `busy` when another drill is on it; what `work` throws
 */
export const lockDeployment = async <T>(
  where: DeploymentChoice,
  work: () => Promise<T>,
): Promise<T> => {
  if (where.type === 'embedded') return work();
  const label = describeDeployment(where);
  let begun = false;
  try {
    return await withFileLock(
      lockOf(label),
      () => {
        begun = true;
        return work();
      },
      {
        onWait: (pid) => {
          throw new SwarmError(
            'deployment_locked',
            `another drill (process ${pid}) is on ${label}: two at once would hit more than either may`,
            'wait until it is over',
          );
        },
      },
    );
  } catch (error) {
    if (begun || error instanceof SwarmError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new SwarmError(
      'journal_unavailable',
      `it cannot be written down that a drill is on ${label}: ${why}`,
      'make the folder writable',
      {
        cause: error,
      },
    );
  }
};

/** Names may hold anything, and be longer than that of a file. */
const lockOf = (label: string): string =>
  join(
    cacheDir(),
    'chaos',
    'busy',
    `${createHash('sha256').update(label).digest('hex').slice(0, 16)}.lock`,
  );
