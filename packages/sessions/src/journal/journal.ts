import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Entry, encodeStreams, type SessionFacts } from './entries.ts';
import { isFull, openFile, readPragma } from './open-file.ts';
import { deleteOldest, type Limits, prune, usedBytes } from './prune.ts';

/** Maximum number of waiting entries; further ones are dropped and counted. */
const MOST_WAITING = 20_000;
/**
 * Maximum wait for a lock of another process, ms. Scrapes and health checks are not answered during
 * it.
 */
const BUSY_MS = 250;

/**
 * Session journal, the only writer of its file. Entries wait until `flush` writes them in one
 * transaction.
 */
export class Journal {
  /** Number of dropped entries: too many waited, or the file was full. */
  dropped = 0;
  readonly database: DatabaseSync;
  readonly #limits: Limits;
  readonly #statements: Statements;
  #waiting: Entry[] = [];
  /** Entries that the last flush could not write; the next flush tries them once more. */
  #unwritten: Entry[] = [];

  /**
   * Open or create the file.
   * @throws SwarmError `usage` if the file cannot be used; the file is then unchanged
   */
  constructor(file: string, limits: Limits) {
    this.#limits = limits;
    this.database = openFile(file);
    // A last resort: `prune` keeps the file well below this limit.
    const pages = Math.ceil(limits.maxBytes / readPragma(this.database, 'page_size'));
    this.database.exec(`PRAGMA max_page_count = ${pages}`);
    this.database.exec(`PRAGMA busy_timeout = ${BUSY_MS}`);
    this.#statements = prepareStatements(this.database);
  }

  add(entry: Entry): void {
    if (this.#waiting.length >= MOST_WAITING) this.dropped++;
    else this.#waiting.push(entry);
  }

  /**
   * Write the waiting entries.
   * @returns the number of entries
   * @throws Error of SQLite; the entries wait for the next flush, which drops them if it fails, too
   */
  flush(): number {
    const late = this.#unwritten;
    const entries = [...late, ...this.#waiting];
    this.#unwritten = [];
    if (entries.length === 0) return 0;
    try {
      this.#writeOrMakePlace(entries);
    } catch (error) {
      // A full file or disk will still be full at the next flush.
      this.#unwritten = isFull(error) ? [] : this.#waiting;
      this.dropped += entries.length - this.#unwritten.length;
      throw error;
    } finally {
      this.#waiting = [];
    }
    return entries.length;
  }

  /**
   * Delete one step of old rows.
   * @returns true if there are more to delete
   */
  prune(nowMs: number): boolean {
    return prune(this.database, this.#limits, nowMs);
  }

  /**
   * Delete all rows about a participant, in all rooms.
   * @returns the number of deleted sessions
   */
  deleteIdentity(identity: string): number {
    this.flush();
    return deleteIdentity(this.database, identity);
  }

  /** Used size of the file without its write-ahead log, bytes. */
  get bytes(): number {
    return usedBytes(this.database);
  }

  /**
   * Write the waiting entries and close the file. It waits longer for a lock, as no later flush can
   * write them.
   */
  close(): void {
    try {
      this.database.exec(`PRAGMA busy_timeout = ${20 * BUSY_MS}`);
      this.flush();
    } finally {
      this.database.close();
    }
  }

  #writeOrMakePlace(entries: readonly Entry[]): void {
    try {
      this.#write(entries);
    } catch (error) {
      if (!isFull(error)) throw error;
      deleteOldest(this.database);
      this.#write(entries);
    }
  }

  #write(entries: readonly Entry[]): void {
    this.database.exec('BEGIN IMMEDIATE');
    try {
      for (const entry of entries) writeEntry(this.#statements, entry);
      this.database.exec('COMMIT');
    } catch (error) {
      if (this.database.isTransaction) this.database.exec('ROLLBACK');
      throw error;
    }
  }
}

/**
 * Delete all rows about a participant, and those that are still in the write-ahead log.
 * @returns the number of deleted sessions
 */
export const deleteIdentity = (database: DatabaseSync, identity: string): number => {
  const { changes } = database.prepare('DELETE FROM sessions WHERE identity = ?').run(identity);
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  return Number(changes);
};

interface Statements {
  session: StatementSync;
  interval: StatementSync;
  event: StatementSync;
}

const prepareStatements = (database: DatabaseSync): Statements => ({
  session: database.prepare(
    `INSERT INTO sessions (sid, room, identity, node, path, network, sdk, browser, joined_ms, seen_ms, left_ms, left_reason)
     VALUES (:sid, :room, :identity, :node, :path, :network, :sdk, :browser, :joined, :seen, :left, :reason)
     ON CONFLICT (sid) DO UPDATE SET
       node = coalesce(excluded.node, node), path = coalesce(excluded.path, path),
       network = coalesce(excluded.network, network), sdk = coalesce(excluded.sdk, sdk),
       browser = coalesce(excluded.browser, browser), joined_ms = min(excluded.joined_ms, joined_ms),
       seen_ms = max(excluded.seen_ms, seen_ms), left_ms = coalesce(excluded.left_ms, left_ms),
       left_reason = coalesce(excluded.left_reason, left_reason)
     WHERE room = excluded.room AND identity = excluded.identity
     RETURNING id`,
  ),
  interval: database.prepare(
    'INSERT INTO intervals (session, from_ms, to_ms, streams) VALUES (?, ?, ?, ?)',
  ),
  event: database.prepare(
    'INSERT INTO events (session, room, at_ms, code, detail) VALUES (?, ?, ?, ?, ?)',
  ),
});

const writeEntry = (
  statements: Statements,
  { atMs, room, session, interval, event }: Entry,
): void => {
  let id: number | null = null;
  if (session !== null) {
    const row = rowOf(session, Math.round(interval?.fromMs ?? atMs), Math.round(atMs));
    const stored = statements.session.get(row);
    // The page names the session of another participant.
    if (stored === undefined) return;
    id = Number(stored.id);
  }
  if (interval !== undefined && id !== null)
    statements.interval.run(
      id,
      Math.round(interval.fromMs),
      Math.round(interval.toMs),
      encodeStreams(interval.streams),
    );
  if (event !== undefined)
    statements.event.run(id, room, Math.round(atMs), event.code, event.detail);
};

const rowOf = (session: SessionFacts, firstMs: number, seenMs: number) => ({
  sid: session.sid,
  room: session.room,
  identity: session.identity,
  node: session.node ?? null,
  path: session.path ?? null,
  network: session.network ?? null,
  sdk: session.sdk ?? null,
  browser: session.browser ?? null,
  joined: Math.round(session.joinedAtMs ?? firstMs),
  seen: seenMs,
  left: session.leftAtMs === undefined ? null : Math.round(session.leftAtMs),
  reason: session.leftReason ?? null,
});
