import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** An end line is much shorter, bytes. */
const TAIL_BYTES = 4_096;

/** Returns true when the last line of a record is its end: no run writes to it any more. */
export const hasEnd = (record: string): boolean => {
  const fd = openSync(record, 'r');
  try {
    const { size } = fstatSync(fd);
    const tail = Buffer.alloc(Math.min(TAIL_BYTES, size));
    readSync(fd, tail, 0, tail.length, size - tail.length);
    const last = tail.toString('utf8').trimEnd().split('\n').at(-1) ?? '';
    return last.startsWith('{"type":"end"');
  } finally {
    closeSync(fd);
  }
};
