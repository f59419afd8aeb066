import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile, stateDir } from '@livekit-swarm/host';
import { messageOf, SwarmError } from '@livekit-swarm/settings';
import { z } from 'zod';
import { processIdentitySchema } from '../process-identity-schema.ts';
import { componentSchema, EXPIRY_METHODS, platformReference } from '../targets/platform.ts';
import { beginDrain, drainNote, isDrainNote } from './drain-note.ts';

export const JOURNAL_SCHEMA = 'livekit-swarm/injection/4';

const journalEntry = z.object({
  schema: z.literal(JOURNAL_SCHEMA),
  id: z.string().regex(/^[a-z0-9]{8}$/),
  drill: z.string(),
  fault: z.string(),
  /** Parameters, as parsed by the fault's own schema. */
  params: z.unknown(),
  components: z.array(componentSchema),
  /** Settings of the target before the injection, which the rollback restores. */
  before: z.record(z.string(), z.string()).exactOptional(),
  /**
   * Components whose drain has begun, or was about to begin where the target has a note of it.
   * Absent: not known.
   */
  draining: z.array(z.string()).exactOptional(),
  platform: platformReference,
  injectedAt: z.iso.datetime(),
  /** False: the injection has not ended, and its commands may still act. */
  injected: z.boolean(),
  /** Automatic rollback on the target; null: only this journal. */
  expiry: z.object({ methods: z.array(z.enum(EXPIRY_METHODS)), at: z.iso.datetime() }).nullable(),
  /** Process of the drill; while it runs, it rolls back the fault itself. */
  owner: processIdentitySchema,
  /** Host of that process: its ID, and a target on its own host, are meaningless elsewhere. */
  host: z.object({
    hostname: z.string(),
    machineId: z.string().nullable(),
    bootId: z.string().nullable(),
    pidNamespace: z.int().nullable(),
  }),
});

/** Fault that will be injected, with the data of its rollback. */
export type JournalEntry = z.infer<typeof journalEntry>;

/** @throws Error with a short description of the problem */
export const parseEntry = (text: string): JournalEntry => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error('is not complete JSON');
  }
  const result = journalEntry.safeParse(json);
  if (result.success) return result.data;
  const { schema } = (typeof json === 'object' && json !== null ? json : {}) as {
    schema?: unknown;
  };
  if (schema !== JOURNAL_SCHEMA)
    throw new Error(
      `it is not from this version of swarm: its schema is ${JSON.stringify(schema) ?? 'missing'}`,
    );
  const [issue] = result.error.issues;
  throw new Error(
    `${issue?.path.join('.') ?? 'something'} is wrong: ${issue?.message ?? 'unknown reason'}`,
  );
};

/**
 * Journal of faults on disk, one file each: written before the injection, removed after the
 * rollback.
 */
export interface Journal {
  readonly dir: string;
  /**
   * Resolves when the entry is on disk.
   * @throws SwarmError `journal_unavailable`: inject nothing then
   */
  write(entry: JournalEntry): Promise<void>;
  /**
   * Notes that a component of an entry drains, and runs the program that sends its first signal: in
   * one process, which does not end with this one. So no other process finds the note without the
   * signal, or a node that was signalled without the note.
   * @throws SwarmError `journal_unavailable`, `fault_unavailable`: not signalled, and no note;
   * `unreachable`: perhaps signalled, and noted
   */
  beginDrain(id: string, component: string, argv: readonly string[]): Promise<void>;
  /** Removes a fault that was rolled back completely. */
  remove(id: string): Promise<void>;
  /** Reads the entries in the order of their rollback: the last injected first. */
  read(): Promise<{ pending: JournalEntry[]; unreadable: UnreadableEntry[] }>;
}

/** File that cannot be read, so that its fault cannot be rolled back. It is kept. */
export interface UnreadableEntry {
  file: string;
  reason: string;
}

/**
 * Folder of the journal, the same for every checkout of a user, so that `swarm chaos rollback`
 * finds it from anywhere. It is outside the cache, which may be deleted, or restored on another
 * host, at any time.
 */
export const journalDir = (env: NodeJS.ProcessEnv = process.env): string =>
  join(stateDir(env), 'chaos', 'journal');

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
          'journal_unavailable',
          `cannot write the journal in ${dir}: ${messageOf(error)}`,
          'the rollback after a crash needs it: make the folder writable',
          { cause: error },
        );
      }
    },
    beginDrain: (id, component, argv) => beginDrain(join(dir, drainNote(id, component)), argv),
    remove: async (id) => {
      await rm(fileOf(id), { force: true });
      for (const name of await namesIn(dir))
        if (isDrainNote(id, name)) await rm(join(dir, name), { force: true });
    },
    read: () => readAll(dir),
  };
};

/** @throws SwarmError `journal_unavailable` */
const namesIn = (dir: string): Promise<string[]> =>
  readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new SwarmError(
      'journal_unavailable',
      `${dir} cannot be read: ${messageOf(error)}`,
      'make it readable',
      { cause: error },
    );
  });

const readAll = async (
  dir: string,
): Promise<{ pending: JournalEntry[]; unreadable: UnreadableEntry[] }> => {
  const names = await namesIn(dir);
  const pending: JournalEntry[] = [];
  const unreadable: UnreadableEntry[] = [];
  // A fault of which only the temporary file exists was never injected.
  for (const name of names.filter((name) => name.endsWith('.json')).sort()) {
    const file = join(dir, name);
    try {
      const text = await readFile(file, 'utf8');
      const entry = parseEntry(text);
      if (`${entry.id}.json` !== name) throw new Error(`holds the id ${entry.id}`);
      pending.push(withDrains(entry, names));
    } catch (error) {
      // The entry was rolled back in the meantime.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      unreadable.push({ file, reason: messageOf(error) });
    }
  }
  pending.sort((a, b) => b.injectedAt.localeCompare(a.injectedAt));
  return { pending, unreadable };
};

/** Adds the components of which there are notes. */
const withDrains = (entry: JournalEntry, names: readonly string[]): JournalEntry => {
  const noted = entry.components.flatMap(({ name }) =>
    names.includes(drainNote(entry.id, name)) ? [name] : [],
  );
  if (noted.length === 0) return entry;
  return { ...entry, draining: [...new Set([...(entry.draining ?? []), ...noted])] };
};
