import { closeSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { diskReason, makeFolder } from '@livekit-swarm/host';
import { codeOf, fileProblem, invalidFile, messageOf, SwarmError } from '@livekit-swarm/settings';
import { NIGHT_LINE_SCHEMA, type NightLine, nightLineSchema } from './night-line.ts';

export interface NightHistory {
  lines: NightLine[];
  /** True when the last line is incomplete: a process was killed while it wrote the line. */
  isTruncated: boolean;
}

/**
 * Reads a history; one that does not exist is empty.
 * @throws SwarmError `invalid_file` for a file with other contents, with the line
 */
export const readNightHistory = (file: string): NightHistory => {
  const text = textOf(file);
  const rows = text.split('\n');
  const rest = rows.pop() ?? '';
  // The next line replaces an incomplete one: it must not be that of another file.
  if (!rest.startsWith(BEGINNING) && !BEGINNING.startsWith(rest.trim()))
    readLine(rest, file, rows.length + 1);
  return {
    lines: rows.flatMap((row, index) => (row.trim() === '' ? [] : readLine(row, file, index + 1))),
    isTruncated: rest.trim() !== '',
  };
};

const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return '';
    throw invalidFile([fileProblem(file, `cannot be read: ${messageOf(error)}`, HINT)]);
  }
};

/** Beginning of every line. */
const BEGINNING = `{"schema":"${NIGHT_LINE_SCHEMA}"`;

const HINT = 'give a history of "swarm chaos night", or a file that does not exist yet';

const readLine = (row: string, file: string, number: number): NightLine => {
  const wrong = (why: string): SwarmError =>
    invalidFile([
      fileProblem(`${file}:${number}`, `cannot be read as a line of a history: ${why}`, HINT),
    ]);
  let value: unknown;
  try {
    value = JSON.parse(row);
  } catch {
    throw wrong('not JSON');
  }
  const read = nightLineSchema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw wrong(`${issue?.path.join('.') || NIGHT_LINE_SCHEMA}: ${issue?.message}`);
};

/**
 * Appends a line, synced to disk. An incomplete line of a killed process is removed first.
 * @throws SwarmError `record_not_written`
 */
export const appendNightLine = (file: string, line: NightLine): void => {
  try {
    makeFolder(dirname(file));
    removeIncompleteLine(file);
    const handle = openSync(file, 'a');
    try {
      writeSync(handle, `${JSON.stringify(line)}\n`);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    throw new SwarmError(
      'record_not_written',
      `${file}: cannot be written: ${diskReason(error)}`,
      'free disk space, or choose another file with --history',
      { cause: error },
    );
  }
};

const removeIncompleteLine = (file: string): void => {
  const text = textOf(file);
  const complete = text.slice(0, text.lastIndexOf('\n') + 1);
  if (complete.length < text.length) truncateSync(file, Buffer.byteLength(complete));
};
