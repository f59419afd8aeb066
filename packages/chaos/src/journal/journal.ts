import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDir } from '@livekit-swarm/host';
import { ChaosError } from '../chaos-error.ts';
import { type JournalEntry, parseEntry } from './journal-entry.ts';

/** What has been injected and not healed, on disk: one file each, there before the fault is, gone when all of it was taken back. */
export interface Journal {
  readonly dir: string;
  /** Resolves when the disk has it. @throws ChaosError `no-journal`: nothing may be injected then */
  write(entry: JournalEntry): Promise<void>;
  /** Nothing is left of it. */
  remove(id: string): Promise<void>;
  /** The last injected first: the order in which they are to be healed. */
  read(): Promise<{ pending: JournalEntry[]; unreadable: UnreadableEntry[] }>;
}

/** A file that something may have to be healed by, if only one knew what it says. It stays where it is. */
export interface UnreadableEntry {
  file: string;
  why: string;
}

/** The same for every checkout of a user, so that `swarm chaos heal` finds it from anywhere. */
export const journalDir = (env: NodeJS.ProcessEnv = process.env): string =>
  join(cacheDir(env), 'chaos', 'journal');

export const openJournal = (dir: string = journalDir()): Journal => {
  const fileOf = (id: string): string => join(dir, `${id}.json`);
  return {
    dir,
    write: async (entry) => {
      try {
        await mkdir(dir, { recursive: true, mode: 0o700 });
        await writeDurably(dir, fileOf(entry.id), `${JSON.stringify(entry, null, 2)}\n`);
      } catch (error) {
        throw new ChaosError(
          'no-journal',
          `what is about to be injected cannot be written down in ${dir}: ${sayError(error)}`,
          'without that, nobody could take it back after a crash: make the folder writable',
          { cause: error },
        );
      }
    },
    remove: (id) => rm(fileOf(id), { force: true }),
    read: () => readAll(dir),
  };
};

/** Appears whole, or not at all, also when the machine loses its power. */
const writeDurably = async (dir: string, file: string, text: string): Promise<void> => {
  const handle = await open(`${file}.new`, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
  const folder = await open(dir, 'r');
  try {
    // The name in the folder is not on disk with the file.
    await folder.sync();
  } finally {
    await folder.close();
  }
};

const readAll = async (
  dir: string,
): Promise<{ pending: JournalEntry[]; unreadable: UnreadableEntry[] }> => {
  const names = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new ChaosError(
      'no-journal',
      `${dir} cannot be read: ${sayError(error)}`,
      'make it readable',
      { cause: error },
    );
  });
  const pending: JournalEntry[] = [];
  const unreadable: UnreadableEntry[] = [];
  // One that ends in .new was never injected: its file was not there yet.
  for (const name of names.filter((name) => name.endsWith('.json')).sort()) {
    const file = join(dir, name);
    try {
      const text = await readFile(file, 'utf8');
      const entry = parseEntry(text);
      if (`${entry.id}.json` !== name) throw new Error(`it says that its id is ${entry.id}`);
      pending.push(entry);
    } catch (error) {
      // Healed while we were looking.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      unreadable.push({ file, why: sayError(error) });
    }
  }
  pending.sort((a, b) => b.injectedAt.localeCompare(a.injectedAt));
  return { pending, unreadable };
};

const sayError = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
