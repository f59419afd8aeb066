import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import type { ServerLogLine } from '@livekit-swarm/record';
import { messageOf, plural } from '@livekit-swarm/settings';
import { parseLogLine } from './log-entry.ts';
import { LogGroups } from './log-groups.ts';

/** Log of a node, which livekit-server or the user writes to a file of this host. */
export interface ServerLogFile {
  node: string;
  file: string;
}

/** Text that is read of one log, MiB: the first of the run. */
const MAX_MIB = 256;
/** Difference between clocks of hosts that is usual, ms. */
const CLOCKS_MS = 2_000;

/** A log whose entries of a run are read when the run is over. */
export interface OpenLog {
  /** @param startedAtMs of the run, Unix time @param at now, ms after the start */
  read(startedAtMs: number, at: number): Promise<ServerLogLine>;
}

/** Notes where the log ends now: what is there is of earlier times. */
export const openLog = ({ node, file }: ServerLogFile): OpenLog => {
  const openedAtMs = Date.now();
  const before = stat(file).catch(() => null);
  return {
    read: async (startedAtMs, at) => {
      const line = { type: 'server_log' as const, at, node, file: basename(file) };
      try {
        const [was, is] = [await before, await stat(file)];
        const isRotated = was !== null && (is.ino !== was.ino || is.size < was.size);
        const start = was === null || isRotated ? 0 : was.size;
        const end = Math.min(is.size, start + MAX_MIB * 2 ** 20);
        const { groups, outside } = await readPart(
          file,
          { start, end },
          { startedAtMs, fromMs: openedAtMs - startedAtMs, toMs: at },
        );
        const problems = [
          ...(isRotated ? ['it was rotated during the run, and its first part is missing'] : []),
          ...(end < is.size ? [`only its first ${MAX_MIB} MiB of the run were read`] : []),
          ...(outside > 0
            ? [
                `times of ${plural(outside, 'entry', 'entries')} are not those of the run: older text, or another clock`,
              ]
            : []),
        ];
        const message = problems.join('; ');
        return { ...line, ...(message !== '' && { message }), ...groups.result() };
      } catch (error) {
        return { ...line, message: messageOf(error), entries: 0, groups: [], omitted: 0 };
      }
    },
  };
};

/**
 * @param part bytes; `end` is not read
 * @param times start of the run, Unix time; and limits of its entries, ms after that
 * @returns number of entries outside of these limits, which are left out
 */
const readPart = async (
  file: string,
  { start, end }: { start: number; end: number },
  { startedAtMs, fromMs, toMs }: { startedAtMs: number; fromMs: number; toMs: number },
): Promise<{ groups: LogGroups; outside: number }> => {
  const groups = new LogGroups();
  let outside = 0;
  if (start === end) return { groups, outside };
  const input = createReadStream(file, { start, end: end - 1 });
  let lastMs = 0;
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    const entry = parseLogLine(text);
    if (entry === null) continue;
    const atMs = entry.time === null ? lastMs : entry.time - startedAtMs;
    if (atMs < fromMs - CLOCKS_MS || atMs > toMs + CLOCKS_MS) {
      outside++;
      continue;
    }
    lastMs = atMs;
    groups.add(entry, Math.floor(atMs / 1_000));
  }
  return { groups, outside };
};
