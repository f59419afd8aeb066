import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  rmdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { diskReason, failpoint, makeFolder } from '@livekit-swarm/host';
import { codeOf, SwarmError, usageError } from '@livekit-swarm/settings';
import type { RecordLine } from './record.ts';

/** Name of the record in its folder. */
export const RECORD_FILE = 'record.ndjson';

/** Writer that appends to the record of a run. The record can be read during the run. */
export interface RecordWriter {
  /** Folder of the record; it also contains the logs of workers and server. */
  readonly dir: string;
  readonly file: string;
  /** Resolves when the disk fails (full, unmounted); nothing is written after that. */
  readonly failed: Promise<SwarmError>;
  write(line: RecordLine): void;
  /** Writes buffered lines; called at least once per second. */
  flush(): void;
  /**
   * Writes the buffered lines, closes the file, and reads its end back.
   * @returns the reason why lines are missing from the file; null: none is missing
   */
  close(): SwarmError | null;
  /** Closes the record and removes it if it is empty. The folder stays if it contains logs. */
  discard(): void;
}

const FLUSH_EVERY_MS = 1_000;
const FLUSH_AT_BYTES = 256 * 1_024;

/**
 * Opens a new record in `dir` and creates the folder if it is missing, so that a read-only folder
 * is an error before the run.
 * @throws SwarmError `usage`
 */
export const openRecord = (dir: string): RecordWriter => {
  const file = join(dir, RECORD_FILE);
  const fd = open(dir, file);
  let held: string[] = [];
  let bytes = 0;
  /** Size of the file as far as it is written, bytes. */
  let size = 0;
  let lastLine = '';
  let broken: SwarmError | null = null;
  let closed = false;
  const breakWith = (error: unknown): void => {
    broken ??= cannotGoOn(file, error);
    failed.resolve(broken);
  };
  const failed = Promise.withResolvers<SwarmError>();
  const flush = (): void => {
    if (held.length === 0 || broken !== null || closed) return;
    const text = held.join('');
    const data = Buffer.from(text);
    lastLine = held.at(-1) ?? '';
    held = [];
    bytes = 0;
    try {
      failpoint('record.write');
      if (lastLine.startsWith(END_LINE)) failpoint('record.end');
      writeAll(fd, data);
      size += data.length;
      failpoint('record.written');
    } catch (error) {
      breakWith(error);
    }
  };
  const timer = setInterval(flush, FLUSH_EVERY_MS);
  timer.unref();
  const close = (): SwarmError | null => {
    if (closed) return broken;
    flush();
    clearInterval(timer);
    closed = true;
    try {
      try {
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
      if (broken === null) assertEnd(file, size, lastLine);
    } catch (error) {
      breakWith(error);
    }
    return broken;
  };
  return {
    dir,
    file,
    failed: failed.promise,
    write: (line) => {
      const text = `${JSON.stringify(line)}\n`;
      held.push(text);
      bytes += text.length;
      if (bytes > FLUSH_AT_BYTES) flush();
    },
    flush,
    close,
    discard: () => {
      close();
      try {
        if (statSync(file).size > 0) return;
        rmSync(file);
        rmdirSync(dir);
      } catch {
        // The folder contains other files and stays.
      }
    },
  };
};

/** Beginning of the last line of a complete record. */
const END_LINE = '{"type":"end"';

/**
 * Checks the end of a closed record.
 * @throws Error if the file has another end or size: another process changed it, or the disk lost
 * accepted data
 */
const assertEnd = (file: string, size: number, line: string): void => {
  const fd = openSync(file, 'r');
  try {
    const found = fstatSync(fd).size;
    if (found !== size) throw new Error(`the file has ${found} bytes, ${size} were written`);
    const end = Buffer.alloc(Buffer.byteLength(line));
    readSync(fd, end, 0, end.length, size - end.length);
    if (end.toString() !== line) throw new Error('the file does not end as it was written');
  } finally {
    closeSync(fd);
  }
};

const cannotGoOn = (file: string, error: unknown): SwarmError =>
  new SwarmError(
    'record_not_written',
    `${file}: the record cannot be written any more: ${diskReason(error)}`,
    'the run has no result, as its figures would be lost; make room, or give another --record',
    { cause: error },
  );

const open = (dir: string, file: string): number => {
  try {
    makeFolder(dir);
    return openSync(file, 'ax');
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && existsSync(file)) {
      throw usageError(
        `--record ${dir}: the folder already has a record`,
        'give another folder, or none for a new one',
      );
    }
    throw usageError(
      `--record ${dir}: the record cannot be written there: ${diskReason(error)}`,
      'give a folder that you may write to, or none for ./records/…',
    );
  }
};

const writeAll = (fd: number, data: Buffer): void => {
  for (let offset = 0; offset < data.length; ) offset += writeSync(fd, data, offset);
};
