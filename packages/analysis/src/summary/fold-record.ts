import type { Threshold } from '@livekit-swarm/metrics';
import { readRecordLines } from '@livekit-swarm/record';
import { createSummary } from './summarize.ts';
import type { Summary } from './summary.ts';

/**
 * Sums up a record from its lines, as a file's line reader gives them.
 * A last line that was cut (the machine lost power, the process was killed while writing) is left out and noted; damage in the middle is an error.
 * @param thresholds that it will be judged by besides its own, for the windows that they name
 * @throws SwarmError `bad_record`
 */
export const foldRecord = async (
  lines: AsyncIterable<string> | Iterable<string>,
  thresholds: readonly Threshold[] = [],
): Promise<Summary> => {
  const summary = createSummary(thresholds);
  for await (const line of readRecordLines(lines, summary.note)) summary.add(line);
  return summary.result();
};
