import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { cacheDir, withFileLock } from '@livekit-swarm/host';
import { messageOf, SwarmError } from '@livekit-swarm/settings';
import { type DeploymentChoice, describeDeployment } from './deployment-choice.ts';

/**
 * Runs one drill at a time on a deployment: two at once would affect more than either is allowed to,
 * and each would attribute the other's faults to the server. A lab that is started for one drill
 * needs no lock.
 * @throws SwarmError `deployment_locked` when another drill runs on it; what `work` throws
 */
export const lockDeployment = async <T>(
  where: DeploymentChoice,
  work: () => Promise<T>,
): Promise<T> => {
  // Others have a lock on the target itself, which every user and every host sees.
  if (where.type !== 'lab') return work();
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
            `another drill (process ${pid}) is running on ${label}: two at once would affect more than either is allowed to`,
            'wait until it is over',
          );
        },
      },
    );
  } catch (error) {
    if (begun || error instanceof SwarmError) throw error;
    const why = messageOf(error);
    throw new SwarmError(
      'journal_unavailable',
      `cannot write the lock of ${label}: ${why}`,
      'make the folder writable',
      {
        cause: error,
      },
    );
  }
};

/** Labels may contain any character and be longer than a file name. */
const lockOf = (label: string): string =>
  join(
    cacheDir(),
    'chaos',
    'busy',
    `${createHash('sha256').update(label).digest('hex').slice(0, 16)}.lock`,
  );
