import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import type { ServerLogLine } from '@livekit-swarm/record';
import { messageOf } from '@livekit-swarm/settings';
import { parseLogLine } from './log-entry.ts';
import { LogGroups } from './log-groups.ts';

/** Log of a node, which livekit-server or the user writes to a file of this host. */
export interface ServerLogFile {
  node: string;
  file: string;
}

/** Text that is read of one log, bytes: the first of the run. */
const MAX_BYTES = 256 * 2 ** 20;

/** A log whose entries of a run are read when the run is over. */
export interface OpenLog {
  /** @param startedAtMs of the run, Unix time @param at now, ms after the start */
  read(startedAtMs: number, at: number): Promise<ServerLogLine>;
}

/** Notes where the log ends now: what is there is of earlier times. */
export const openLog = ({ node, file }: ServerLogFile): OpenLog => {
  const before = stat(file).then(
    ({ size }) => size,
    () => 0,
  );
  return {
    read: async (startedAtMs, at) => {
      const line = { type: 'server_log' as const, at, node, file: basename(file) };
      try {
        const [from, { size }] = [await before, await stat(file)];
        // A smaller file is another one: the log was rotated during the run.
        const groups = await readFrom(file, size < from ? 0 : from, startedAtMs, at);
        return { ...line, ...groups.result() };
      } catch (error) {
        return { ...line, message: messageOf(error), entries: 0, groups: [], omitted: 0 };
      }
    },
  };
};

const readFrom = async (
  file: string,
  start: number,
  startedAtMs: number,
  nowMs: number,
): Promise<LogGroups> => {
  const groups = new LogGroups();
  const input = createReadStream(file, { start, end: start + MAX_BYTES - 1 });
  let lastMs = 0;
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    const entry = parseLogLine(text);
    if (entry === null) continue;
    const atMs = entry.time === null ? lastMs : entry.time - startedAtMs;
    if (atMs > nowMs) continue;
    lastMs = atMs;
    groups.add(entry, Math.floor(atMs / 1_000));
  }
  return groups;
};
