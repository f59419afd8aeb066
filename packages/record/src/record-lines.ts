import { hasErrorCode, SwarmError } from '@livekit-swarm/settings';
import { parseRecordLine } from './parse-record-line.ts';
import type { RecordLine } from './record.ts';

/** What a reader found in the file itself: the last line is truncated, or lines are of a kind that this version does not know. */
export type RecordNote =
  | { code: 'last_line_truncated'; line: number }
  | { code: 'unknown_lines'; count: number };

/**
 * Reads a record line by line, as a file's line reader gives them: what was understood, in order, one line in memory at a time.
 * A last line that was cut (the machine lost power, the process was killed while writing) is left out and reported by `note`; damage in the middle is an error.
 * @throws SwarmError `bad_record`
 */
export async function* readRecordLines(
  lines: AsyncIterable<string> | Iterable<string>,
  note: (found: RecordNote) => void = () => {},
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
  if (broken !== null) note({ code: 'last_line_truncated', line: broken.number });
  if (unknown > 0) note({ code: 'unknown_lines', count: unknown });
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
