import { closeSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { diskReason, makeFolder } from '@livekit-swarm/host';
import { codeOf, fileProblem, invalidFile, messageOf, SwarmError } from '@livekit-swarm/settings';
import type { z } from 'zod';

/** Kind of a history: NDJSON of which every line has one schema. */
export interface HistoryKind<Line> {
  /** Name of the schema, with which every line begins. */
  schema: string;
  line: z.ZodType<Line>;
  /** Command that writes it. */
  command: string;
}

export interface History<Line> {
  lines: Line[];
  /** True when the last line is incomplete: a process was killed while it wrote the line. */
  isTruncated: boolean;
}

/**
 * Reads a history; one that does not exist is empty.
 * @throws SwarmError `invalid_file` for a file with other contents, with the line
 */
export const readHistory = <Line>(file: string, kind: HistoryKind<Line>): History<Line> => {
  const text = textOf(file, hintOf(kind));
  const rows = text.split('\n');
  const beginning = beginningOf(kind);
  const rest = rows.pop() ?? '';
  // The next line replaces an incomplete one: it must not be that of another file.
  if (!rest.startsWith(beginning) && !beginning.startsWith(rest.trim()))
    readLine(rest, file, rows.length + 1, kind);
  return {
    lines: rows.flatMap((row, index) =>
      row.trim() === '' ? [] : [readLine(row, file, index + 1, kind)],
    ),
    isTruncated: rest.trim() !== '',
  };
};

const textOf = (file: string, hint: string | null): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return '';
    throw invalidFile([fileProblem(file, `cannot be read: ${messageOf(error)}`, hint)]);
  }
};

/** Beginning of every line. */
const beginningOf = ({ schema }: Pick<HistoryKind<unknown>, 'schema'>): string =>
  `{"schema":"${schema}"`;

const hintOf = ({ command }: Pick<HistoryKind<unknown>, 'command'>): string =>
  `give a history of "${command}", or a file that does not exist yet`;

const readLine = <Line>(
  row: string,
  file: string,
  number: number,
  kind: HistoryKind<Line>,
): Line => {
  const wrong = (why: string): SwarmError =>
    invalidFile([
      fileProblem(
        `${file}:${number}`,
        `cannot be read as a line of a history: ${why}`,
        hintOf(kind),
      ),
    ]);
  let value: unknown;
  try {
    value = JSON.parse(row);
  } catch {
    throw wrong('not JSON');
  }
  const read = kind.line.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw wrong(`${issue?.path.join('.') || kind.schema}: ${issue?.message}`);
};

/**
 * Appends a line, synced to disk. An incomplete line of a killed process is removed first.
 * @throws SwarmError `record_not_written`
 */
export const appendHistoryLine = (file: string, line: object): void => {
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
  const text = textOf(file, null);
  const complete = text.slice(0, text.lastIndexOf('\n') + 1);
  if (complete.length < text.length) truncateSync(file, Buffer.byteLength(complete));
};
