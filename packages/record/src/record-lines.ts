import { hasErrorCode, SwarmError } from '@livekit-swarm/settings';
import { parseRecordLine } from './parse-record-line.ts';
import type { RecordLine } from './record.ts';

/** What a reader of a record says about the file itself. */
export type Note = (sentence: string) => void;

/**
 * Reads a record line by line, as a file's line reader gives them: what was understood, in order, one line in memory at a time.
 * A last line that was cut (the machine lost power, the process was killed while writing) is left out and noted; damage in the middle is an error.
 * @throws SwarmError `bad_record`
 */
export async function* readRecordLines(
  lines: AsyncIterable<string> | Iterable<string>,
  note: Note = () => {},
): AsyncGenerator<RecordLine> {
  let number = 0;
  let unknown = 0;
  let broken: { error: SwarmError; number: number } | null = null;
  for await (const text of lines) {
    number++;
    if (text.trim() === '') continue;
    // Only now is it known that the broken line was not the last.
    if (broken !== null) throw broken.error;
    const line = tryParse(text, number);
    if (hasErrorCode(line, 'bad_record')) broken = { error: line, number };
    else if (line === null) unknown++;
    else yield line;
  }
  if (number === 0)
    throw new SwarmError(
      'bad_record',
      'the record is empty',
      'give the record.ndjson that a run wrote, or its folder',
    );
  if (broken !== null)
    note(
      `Line ${broken.number} of the record, its last, was cut off while it was written; it was left out.`,
    );
  if (unknown > 0)
    note(
      `${unknown} lines of the record are of a kind that this version does not know; they were left out.`,
    );
}

/** Without a header nothing can be read; any other line may be the last. */
const tryParse = (text: string, number: number): RecordLine | SwarmError | null => {
  try {
    return parseRecordLine(text, number);
  } catch (error) {
    if (hasErrorCode(error, 'bad_record') && number > 1) return error;
    throw error;
  }
};
