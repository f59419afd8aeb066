import { join } from 'node:path';
import { DRILL_FILE, type DrillResult } from '@livekit-swarm/chaos';
import { diskReason, makeFolder, replaceFile } from '@livekit-swarm/host';
import { SwarmError } from '@livekit-swarm/settings';
import { renderDrillJson } from './render-json.ts';

/**
 * Writes the result so far into the folder of a drill, whole at any time: `swarm chaos report` needs it to evaluate the records of an interrupted drill.
 * @throws SwarmError when it cannot be written
 */
export const writeDrillFile = async (dir: string, result: DrillResult): Promise<void> => {
  const file = join(dir, DRILL_FILE);
  try {
    makeFolder(dir);
    await replaceFile(file, renderDrillJson([result]));
  } catch (error) {
    const hint = 'free disk space, or choose another folder with --record';
    throw new SwarmError(
      'record_not_written',
      `${file}: cannot be written: ${diskReason(error)}`,
      hint,
      {
        cause: error,
      },
    );
  }
};
