import { type HeaderLine, recordLines } from '@livekit-swarm/record';
import { hasErrorCode } from '@livekit-swarm/settings';

/** Header of a record, its first line; null: it is empty, or another version of swarm wrote it. */
export const readHeader = async (record: string): Promise<HeaderLine | null> => {
  try {
    for await (const line of recordLines(record)) return line.type === 'header' ? line : null;
    return null;
  } catch (error) {
    if (hasErrorCode(error, 'bad_record')) return null;
    throw error;
  }
};
