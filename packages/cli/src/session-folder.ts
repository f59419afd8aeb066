import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { diskReason, makeFolder } from '@livekit-swarm/host';
import { usageError } from '@livekit-swarm/settings';

/**
 * Makes the folder of a session of several runs.
 * @param marks names of which a session has one
 * @throws SwarmError `usage` when there is a session in it already, or it cannot be made
 */
export const makeSessionFolder = (folder: string, marks: readonly string[]): void => {
  const hint = 'give another folder, or leave it out';
  if (marks.some((mark) => existsSync(join(folder, mark))))
    throw usageError(`--record ${folder}: there is a session already`, hint);
  try {
    makeFolder(folder);
  } catch (error) {
    throw usageError(`--record ${folder}: cannot be made: ${diskReason(error)}`, hint);
  }
};
