import { usageError } from '@livekit-swarm/settings';
import { findKeptRecords, RECORDS_FOLDER } from './find-records.ts';

/**
 * The newest record of a single run in a folder, for a command that is given none.
 * @throws SwarmError `usage` when there is none
 */
export const lastRecord = async (base = RECORDS_FOLDER): Promise<string> => {
  const last = (await findKeptRecords(base)).find(({ kind }) => kind === 'run');
  if (last !== undefined) return last.dir;
  throw usageError(
    `no record is named, and ./${base} holds none of a run`,
    'give the folder that a run named, or make one: swarm --rooms 5 --duration 10s',
  );
};
