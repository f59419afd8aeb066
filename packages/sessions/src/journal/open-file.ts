import { chmodSync, closeSync, existsSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { messageOf, usageError } from '@livekit-swarm/settings';

/** Application id in files of this program: `SWSJ`. */
const APPLICATION_ID = 0x5357534a;
/**
 * Mode of the file. Identities are personal data, so only the user of the exporter may read them.
 */
const MODE = 0o600;
/**
 * Maximum wait for a lock of another process when a file is opened, and for programs that only read
 * it, ms.
 */
const BUSY_MS = 5_000;

/**
 * Migrations, each from the version of its index to the next one. A released migration never
 * changes.
 */
const MIGRATIONS = [
  `CREATE TABLE sessions (
     id INTEGER PRIMARY KEY, sid TEXT NOT NULL UNIQUE, room TEXT NOT NULL, identity TEXT NOT NULL,
     node TEXT, path TEXT, network TEXT, sdk TEXT, browser TEXT,
     joined_ms INTEGER NOT NULL, seen_ms INTEGER NOT NULL, left_ms INTEGER, left_reason TEXT
   ) STRICT;
   CREATE INDEX sessions_room ON sessions (room, seen_ms);
   CREATE INDEX sessions_node ON sessions (node, seen_ms);
   CREATE INDEX sessions_identity ON sessions (identity);
   CREATE INDEX sessions_seen ON sessions (seen_ms);
   CREATE TABLE intervals (
     id INTEGER PRIMARY KEY, session INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
     from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL, streams TEXT NOT NULL
   ) STRICT;
   CREATE INDEX intervals_session ON intervals (session, to_ms);
   CREATE INDEX intervals_time ON intervals (to_ms);
   CREATE TABLE events (
     id INTEGER PRIMARY KEY, session INTEGER REFERENCES sessions (id) ON DELETE CASCADE,
     room TEXT NOT NULL, at_ms INTEGER NOT NULL, code TEXT NOT NULL, detail TEXT
   ) STRICT;
   CREATE INDEX events_room ON events (room, at_ms);
   CREATE INDEX events_session ON events (session);
   CREATE INDEX events_time ON events (at_ms);`,
];

export interface OpenOptions {
  /** Open an existing file for reading only. */
  readOnly?: boolean;
  /** Throw if the file does not exist, and do not create it. */
  mustExist?: boolean;
}

/**
 * Open a session journal, and create it unless it is opened for reading. Files of any other kind
 * are not changed.
 * @throws SwarmError `usage`
 */
export const openFile = (
  file: string,
  { readOnly = false, mustExist = readOnly }: OpenOptions = {},
): DatabaseSync => {
  if (mustExist && !existsSync(file))
    throw usageError(
      `${file}: there is no such session journal`,
      'sessions.file in the configuration of the exporter names it; it must have run with that',
    );
  let database: DatabaseSync | undefined;
  try {
    // SQLite would create the file readable by all users; the files -wal and -shm get the mode of
    // this one.
    if (!readOnly) closeSync(openSync(file, 'a', MODE));
    database = new DatabaseSync(file, { readOnly, timeout: BUSY_MS });
    prepare(database, file, readOnly);
    if (!readOnly) chmodSync(file, MODE);
    return database;
  } catch (error) {
    database?.close();
    throw explained(error, file);
  }
};

const prepare = (database: DatabaseSync, file: string, readOnly: boolean): void => {
  const version = readPragma(database, 'user_version');
  const id = readPragma(database, 'application_id');
  const isEmpty = readPragma(database, 'page_count') === 0 && !readOnly;
  if (!isEmpty && id !== APPLICATION_ID)
    throw usageError(
      `${file}: is a database of another program`,
      'name another file; this one was not changed',
    );
  if (version > MIGRATIONS.length)
    throw usageError(
      `${file}: was written by a newer version of swarm`,
      'use that version, or name another file',
    );
  database.exec('PRAGMA foreign_keys = ON');
  if (readOnly) return;
  // This pragma has an effect only before the first table.
  if (isEmpty) database.exec('PRAGMA auto_vacuum = INCREMENTAL');
  // With WAL, a killed process damages nothing, and readers do not wait for the writer. With
  // secure_delete, deleted rows are overwritten.
  database.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON; PRAGMA journal_size_limit = 4194304',
  );
  migrate(database, version);
};

const migrate = (database: DatabaseSync, from: number): void => {
  for (const [index, statements] of MIGRATIONS.entries()) {
    if (index < from) continue;
    database.exec(
      `BEGIN IMMEDIATE; ${statements} PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${index + 1}; COMMIT`,
    );
  }
};

export const readPragma = (database: DatabaseSync, name: string): number =>
  Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0] ?? 0);

/** Result codes of SQLite: sqlite.org/rescode.html. */
const CODES = { full: 13, cantOpen: 14, corrupt: 11, notADatabase: 26, readOnly: 8, busy: 5 };

export const sqliteCodeOf = (error: unknown): number | null =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : null;

export const isFull = (error: unknown): boolean => sqliteCodeOf(error) === CODES.full;

const explained = (error: unknown, file: string): unknown => {
  const code = sqliteCodeOf(error);
  if (code === CODES.notADatabase)
    return usageError(
      `${file}: is not a SQLite database`,
      'name another file; this one was not changed',
    );
  if (code === CODES.corrupt)
    return usageError(
      `${file}: is damaged`,
      'move it away to begin a new journal, or restore what is readable: sqlite3 FILE .recover',
    );
  if (code === CODES.busy)
    return usageError(`${file}: is locked by another process`, 'try again when that has ended');
  if (code !== null || (error instanceof Error && 'code' in error && 'syscall' in error))
    return usageError(
      `${file}: cannot be opened: ${messageOf(error)}`,
      'check that its folder exists, and that this user may write there',
    );
  return error;
};
