import {
  existsSync,
  lstatSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  type Stats,
} from 'node:fs';
import { basename, join } from 'node:path';
import { RECORD_FILE } from '@livekit-swarm/record';
import { codeOf, usageError } from '@livekit-swarm/settings';
import { BASELINE_FILE } from './baseline-file.ts';
import type { KeptRecord, RecordKind } from './kept-record.ts';
import { readHeader } from './read-header.ts';
import { hasEnd } from './record-end.ts';

/** Folder of records that get no name of their own. */
export const RECORDS_FOLDER = 'records';

/** A record without an end, of which nothing has changed for so long, is that of a run that was killed, ms. */
const QUIET_MS = 3_600_000;

/** File with the result of each kind; a run has one only if it was compared with a baseline. */
const RESULT_FILES: readonly [file: string, kind: RecordKind][] = [
  ['drill.json', 'drill'],
  ['comparison.json', 'ab'],
  ['capacity.json', 'capacity'],
  ['soaks.json', 'soak'],
  ['soak.json', 'soak'],
  // Last: the runs of a session may have one each.
  [BASELINE_FILE, 'run'],
];

/** Name of a folder that swarm chose: time and name, of a session with its kind. */
const OWN_NAME = /^\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}-(?:(ab|capacity|soak)-)?/;

/** Returns true for a folder whose name swarm chose: one that was named with --record was meant to stay. */
export const hasOwnName = ({ dir }: Pick<KeptRecord, 'dir'>): boolean =>
  OWN_NAME.test(basename(dir));

/**
 * Finds every folder directly in `base` that holds records, newest first. Symbolic links are not followed.
 * @throws SwarmError `usage` when `base`, or a record in it, cannot be read
 */
export const findKeptRecords = async (base: string, now = Date.now()): Promise<KeptRecord[]> => {
  const open = openFiles();
  const found: KeptRecord[] = [];
  for (const name of foldersOf(base)) {
    const dir = join(base, name);
    try {
      const kept = await keptRecordAt(dir, now, open);
      if (kept !== null) found.push(kept);
    } catch (error) {
      const code = codeOf(error);
      // Another process has removed it meanwhile.
      if (code === 'ENOENT') continue;
      if (code !== 'EACCES' && code !== 'EPERM') throw error;
      throw usageError(
        `${dir}: cannot be read (${code})`,
        'call swarm as the user that made the records, or move what is not yours out of this folder',
      );
    }
  }
  return found.sort((a, b) => timeOf(b) - timeOf(a) || b.dir.localeCompare(a.dir, 'en'));
};

const timeOf = ({ startedAt }: KeptRecord): number => startedAt?.getTime() ?? 0;

const foldersOf = (base: string): string[] => {
  try {
    return readdirSync(base, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' && base === RECORDS_FOLDER) return [];
    throw usageError(
      `${base}: ${code === 'ENOENT' ? 'there is no such folder' : `cannot be read (${code})`}`,
      `give the folder that holds records; without one, it is ./${RECORDS_FOLDER}`,
    );
  }
};

/**
 * The records of a folder.
 * @param open records that other processes have open, or null where that is not known
 * @returns null: the folder holds none
 */
export const keptRecordAt = async (
  dir: string,
  now = Date.now(),
  open: ReadonlySet<string> | null = openFiles(),
): Promise<KeptRecord | null> => {
  const files = filesBelow(dir);
  const records = files
    .map(({ path }) => path)
    .filter((path) => basename(path) === RECORD_FILE)
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  if (records.length === 0) return null;
  const [resultName, resultKind] = RESULT_FILES.find(([name]) => existsSync(join(dir, name))) ?? [];
  const headers = await Promise.all(records.map(readHeader));
  const starts = headers.flatMap((header) => (header === null ? [] : [header.startedAtMs]));
  const changedAt = Math.max(...files.map(({ stats }) => stats.mtimeMs));
  const isChanging = now - changedAt < QUIET_MS;
  const isWritten = (record: string): boolean => !hasEnd(record) && isChanging;
  const isOpen = (record: string): boolean => open?.has(realpathSync(record)) === true;
  const kind = resultKind ?? kindWithoutResult(dir, records);
  return {
    dir,
    kind,
    startedAt: starts.length === 0 ? null : new Date(Math.min(...starts)),
    records,
    bytes: files.reduce((sum, { stats }) => sum + stats.size, 0),
    isGoing:
      records.some((record) => isWritten(record) || isOpen(record)) ||
      // Between two runs of a session, every record has its end.
      (kind !== 'run' && resultName === undefined && isChanging),
    resultFile: resultName === undefined ? null : join(dir, resultName),
  };
};

const kindWithoutResult = (dir: string, records: readonly string[]): RecordKind => {
  // The records of a session are in folders below its own.
  if (records.length === 1 && records[0] === join(dir, RECORD_FILE)) return 'run';
  const kind = OWN_NAME.exec(basename(dir))?.[1];
  return kind === 'ab' || kind === 'capacity' || kind === 'soak' ? kind : 'runs';
};

/** Every file below a folder; neither links nor what they lead to. A file that is renamed or removed meanwhile, as a report is, is left out. */
const filesBelow = (dir: string): { path: string; stats: Stats }[] =>
  readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    const stats = entry.isFile() ? lstatSync(path, { throwIfNoEntry: false }) : undefined;
    return stats === undefined ? [] : [{ path, stats }];
  });

/**
 * Records that other processes of this host have open, as far as this user may see; null: unknown, as this is not Linux. A run that is suspended writes
 * nothing, but has its record open.
 */
const openFiles = (): ReadonlySet<string> | null => {
  if (!existsSync('/proc/self/fd')) return null;
  const open = new Set<string>();
  const others = readdirSync('/proc').filter(
    (name) => /^\d+$/.test(name) && name !== String(process.pid),
  );
  for (const pid of others) {
    for (const target of openFilesOf(pid)) if (target.endsWith(RECORD_FILE)) open.add(target);
  }
  return open;
};

/** Processes of other users, and processes that end meanwhile, show nothing. */
const UNSEEN: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'ENOENT', 'ESRCH']);

const openFilesOf = (pid: string): string[] => {
  const folder = `/proc/${pid}/fd`;
  return readUnlessGone(() => readdirSync(folder), []).flatMap((fd) => {
    const target = readUnlessGone(() => readlinkSync(`${folder}/${fd}`), '');
    return target === '' ? [] : [target];
  });
};

const readUnlessGone = <T>(read: () => T, otherwise: T): T => {
  try {
    return read();
  } catch (error) {
    if (UNSEEN.has(codeOf(error) ?? '')) return otherwise;
    throw error;
  }
};
