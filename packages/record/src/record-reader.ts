import { createReadStream, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { SwarmError } from '@livekit-swarm/settings';
import type { RecordLine } from './record.ts';
import { readRecordLines } from './record-lines.ts';
import { RECORD_FILE } from './record-writer.ts';

/**
 * The record's file, given it or its folder.
 * @throws SwarmError `bad_record` when there is none
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
 * Reads a record on disk line by line, for what a summary does not hold; memory does not grow with its length.
 * @throws SwarmError `bad_record`
 */
export const recordLines = (path: string): AsyncIterable<RecordLine> =>
  readRecordLines(textLines(path));

/** The lines of a record's file as text, one at a time. @throws SwarmError `bad_record` */
export async function* textLines(path: string): AsyncGenerator<string> {
  const input = createReadStream(findRecord(path), 'utf8');
  try {
    yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  } finally {
    input.destroy();
  }
}
