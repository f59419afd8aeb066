import { createReadStream, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrorCode, SwarmError } from '@livekit-swarm/settings';
import { parseRecordLine } from './parse-record-line.ts';
import type { RecordLine } from './record.ts';
import { RECORD_FILE } from './record-writer.ts';

/**
 * Finds the file of a record, given its path or that of its folder.
 * @throws SwarmError `bad_record` if the file does not exist
 */
export const findRecord = (path: string): string => {
  if (!existsSync(path))
    throw new SwarmError(
      'bad_record',
      `${path}: there is no such file or folder`,
      'give the folder that a run named',
    );
  if (!statSync(path).isDirectory()) return path;
  const file = join(path, RECORD_FILE);
  if (existsSync(file)) return file;
  throw new SwarmError(
    'bad_record',
    `${path}: there is no ${RECORD_FILE} in this folder`,
    'give the folder that a run named',
  );
};

/**
 * Reads a record on disk line by line, for data that a summary does not contain. Memory does not
 * grow with its length.
 * @throws SwarmError `bad_record`
 */
export const recordLines = (path: string): AsyncIterable<RecordLine> =>
  readRecordLines(textLines(path));

/**
 * Reads the lines of a record's file as text, one at a time. node:readline is not used: it also
 * ends lines at U+2028 and U+2029, which JSON allows within text, and names and messages come from
 * outside.
 * @throws SwarmError `bad_record`
 */
export async function* textLines(path: string): AsyncGenerator<string> {
  const input: AsyncIterable<string> = createReadStream(findRecord(path), 'utf8');
  let rest = '';
  for await (const chunk of input) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

/**
 * Note about the file of a record: its last line is truncated, or it has lines that this version
 * does not know.
 */
export type RecordNote =
  | { code: 'last_line_truncated'; line: number }
  | { code: 'unknown_lines'; count: number };

/**
 * Parses the lines of a record in order, one in memory at a time.
 * A truncated last line (the host lost power, the process was killed while writing) is skipped and
 * reported by `note`; damage before it is an error.
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
    // The broken line was not the last one, since another follows.
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

/**
 * Parses a line; an error is returned, because the line may be the last. A broken header throws:
 * the record cannot be read without it.
 */
const tryParse = (text: string, number: number): RecordLine | SwarmError | null => {
  try {
    return parseRecordLine(text, number);
  } catch (error) {
    if (hasErrorCode(error, 'bad_record') && number > 1) return error;
    throw error;
  }
};
