import { parseRecordLine, RecordError } from './parse-record-line.ts';
import { createSummary } from './summarize.ts';
import type { Summary } from './summary.ts';

/**
 * Sums up a record from its lines, as a file's line reader gives them.
 * A last line that was cut (the machine lost power, the process was killed while writing) is left out and noted; damage in the middle is an error.
 * @throws RecordError
 */
export const foldRecord = async (lines: AsyncIterable<string> | Iterable<string>): Promise<Summary> => {
  const summary = createSummary();
  let number = 0;
  let unknown = 0;
  let broken: { error: RecordError; number: number } | null = null;
  for await (const text of lines) {
    number++;
    if (text.trim() === '') continue;
    // Only now is it known that the broken line was not the last.
    if (broken !== null) throw broken.error;
    try {
      const line = parseRecordLine(text, number);
      if (line === null) unknown++;
      else summary.add(line);
    } catch (error) {
      if (!(error instanceof RecordError) || number === 1) throw error;
      broken = { error, number };
    }
  }
  if (number === 0) throw new RecordError('the record is empty', 'give the record.ndjson that a run wrote, or its folder');
  if (broken !== null)
    summary.note(`Line ${broken.number} of the record, its last, was cut off while it was written; it was left out.`);
  if (unknown > 0)
    summary.note(`${unknown} lines of the record are of a kind that this version does not know; they were left out.`);
  return summary.result();
};
