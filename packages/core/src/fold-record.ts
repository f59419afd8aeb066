import { readRecordLines } from './record-lines.ts';
import { createSummary } from './summarize.ts';
import type { Summary } from './summary.ts';

/**
 * Sums up a record from its lines, as a file's line reader gives them.
 * A last line that was cut (the machine lost power, the process was killed while writing) is left out and noted; damage in the middle is an error.
 * @throws RecordError
 */
export const foldRecord = async (lines: AsyncIterable<string> | Iterable<string>): Promise<Summary> => {
  const summary = createSummary();
  for await (const line of readRecordLines(lines, summary.note)) summary.add(line);
  return summary.result();
};
