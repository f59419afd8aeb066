import { readFileSync } from 'node:fs';
import { diskReason } from '@livekit-swarm/host';
import { codeOf, fileProblem, invalidFile } from '@livekit-swarm/settings';

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

/** Reason for which a file cannot be read, for messages. */
export const readingReason = (error: unknown): string =>
  codeOf(error) === 'ENOENT' ? 'there is no such file' : diskReason(error);
