import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDir, replaceFile } from '@livekit-swarm/host';
import { SwarmError } from '@livekit-swarm/settings';
import { type JournalEntry, parseEntry } from './journal-entry.ts';

/** What has been injected and not healed, on disk: one file each, there before the fault is, gone when all of it was taken back. */
export interface Journal {
  readonly dir: string;
  /** Resolves when the disk has it. @throws SwarmError `no-journal`: nothing may be injected then */
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
        await replaceFile(fileOf(entry.id), `${JSON.stringify(entry, null, 2)}\n`, 0o600);
      } catch (error) {
        throw new SwarmError(
          'no_journal',
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

const readAll = async (
  dir: string,
): Promise<{ pending: JournalEntry[]; unreadable: UnreadableEntry[] }> => {
  const names = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new SwarmError(
      'no_journal',
      `${dir} cannot be read: ${sayError(error)}`,
      'make it readable',
      { cause: error },
    );
  });
  const pending: JournalEntry[] = [];
  const unreadable: UnreadableEntry[] = [];
  // A fault whose temporary file is all there is was never injected.
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
