import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RECORD_FILE } from '@livekit-swarm/record';
import { usageError } from '@livekit-swarm/settings';

/**
 * The folder that --record names. With several scenarios or drills, each has a subfolder of its name.
 * @param inside where in it a record would be
 * @returns null without --record: see `defaultRecordDir`
 * @throws SwarmError `usage` when the folder already holds a record
 */
export const readRecordDir = (
  given: string | undefined,
  name: string,
  several: boolean,
  inside: readonly string[] = ['.'],
): string | null => {
  if (given === undefined) return null;
  const dir = several ? join(given, name) : given;
  if (inside.some((folder) => existsSync(join(dir, folder, RECORD_FILE))))
    throw usageError(
      `--record ${dir}: the folder already has a record`,
      'give another folder, or leave it out',
    );
  return dir;
};
