import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  rmdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { codeOf, diskReason, makeFolder } from '@livekit-swarm/host';
import { SwarmError, usageError } from '@livekit-swarm/settings';
import type { RecordLine } from './record.ts';

/** Name of the record inside its folder. */
export const RECORD_FILE = 'record.ndjson';

/** Appends to the one truth about a run. Readable while the run goes on. */
export interface RecordWriter {
  /** The folder; logs of workers and server live there, too. */
  readonly dir: string;
  readonly file: string;
  /** Resolves when the disk refuses (full, taken away): nothing is written after that. */
  readonly failed: Promise<SwarmError>;
  write(line: RecordLine): void;
  /** Writes what is still held back; called at least once a second. */
  flush(): void;
  close(): void;
  /** Closes it, and takes it away again when nothing was written. The folder stays when there are logs in it. */
  discard(): void;
}

const FLUSH_EVERY_MS = 1_000;
const FLUSH_AT_BYTES = 256 * 1_024;

/**
 * Opens a new record in `dir`, which is made when it is missing: a folder that cannot be written to must show now, not after an hour's run.
 * @throws SwarmError `usage`
 */
export const openRecord = (dir: string): RecordWriter => {
  const file = join(dir, RECORD_FILE);
  const fd = open(dir, file);
  let held: string[] = [];
  let bytes = 0;
  let broken = false;
  let closed = false;
  const failed = Promise.withResolvers<SwarmError>();
  const flush = (): void => {
    if (held.length === 0 || broken || closed) return;
    const text = held.join('');
    held = [];
    bytes = 0;
    try {
      writeAll(fd, Buffer.from(text));
    } catch (error) {
      broken = true;
      failed.resolve(cannotGoOn(file, error));
    }
  };
  const timer = setInterval(flush, FLUSH_EVERY_MS);
  timer.unref();
  const close = (): void => {
    if (closed) return;
    flush();
    clearInterval(timer);
    closed = true;
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
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
        // Something else is in it: it stays.
      }
    },
  };
};

const cannotGoOn = (file: string, error: unknown): SwarmError =>
  new SwarmError(
    'record_not_written',
    `${file}: the record cannot be written any more: ${diskReason(error)}`,
    'the run was ended, as nothing of it would be known; make room, or give another --record',
    { cause: error },
  );

const open = (dir: string, file: string): number => {
  try {
    makeFolder(dir);
    return openSync(file, 'ax');
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && existsSync(file)) {
      throw usageError(
        `--record ${dir}: there is a record already`,
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
