import { readFileSync } from 'node:fs';
import { readingReason } from '@livekit-swarm/host';
import { fileProblem, invalidFile } from '@livekit-swarm/settings';

/**
 * Reads a file that the command line names.
 * @param hint what kind of file to give
 * @throws SwarmError `invalid_file` with the reason
 */
export const readFileText = (file: string, hint: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw invalidFile([fileProblem(file, `cannot be read: ${readingReason(error)}`, hint)]);
  }
};
