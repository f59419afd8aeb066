import type { DatabaseSync } from 'node:sqlite';
import { readPragma } from './open-file.ts';

/** Maximum number of rows that are deleted in one step: more would keep scrapes waiting. */
const STEP = 2_000;
/**
 * Share of the maximum size above which the oldest rows are deleted, so that there is always space
 * to write.
 */
const HIGH_WATER = 0.9;

export interface Limits {
  /** Age above which rows are deleted, ms. */
  retentionMs: number;
  /** Maximum size of the file, bytes. */
  maxBytes: number;
}

/**
 * Delete one step of rows beyond the retention, and the oldest ones if the file is too large.
 * @returns true if there are more to delete
 */
export const prune = (
  database: DatabaseSync,
  { retentionMs, maxBytes }: Limits,
  nowMs: number,
): boolean => {
  const oldest = nowMs - retentionMs;
  const deleted = [
    deleteStep(database, 'intervals', 'to_ms', oldest),
    deleteStep(database, 'events', 'at_ms', oldest),
    deleteStep(database, 'sessions', 'seen_ms', oldest),
  ];
  let isTooLarge = usedBytes(database) > HIGH_WATER * maxBytes;
  if (isTooLarge) {
    deleteOldest(database);
    isTooLarge = usedBytes(database) > HIGH_WATER * maxBytes && !isEmpty(database);
  }
  database.exec('PRAGMA incremental_vacuum');
  return isTooLarge || deleted.includes(STEP);
};

type Table = 'intervals' | 'events' | 'sessions';

const deleteStep = (database: DatabaseSync, table: Table, column: string, before: number): number =>
  Number(
    database
      .prepare(
        `DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE ${column} < ? ORDER BY ${column} LIMIT ${STEP})`,
      )
      .run(before).changes,
  );

/**
 * Delete a step of the oldest intervals, and the events and ended sessions from before the first
 * interval that remains.
 */
export const deleteOldest = (database: DatabaseSync): void => {
  deleteStep(database, 'intervals', 'to_ms', Number.MAX_SAFE_INTEGER);
  const row = database.prepare('SELECT min(from_ms) AS first FROM intervals').get();
  const first = row?.first === null ? Number.MAX_SAFE_INTEGER : Number(row?.first);
  deleteStep(database, 'events', 'at_ms', first);
  deleteStep(database, 'sessions', 'seen_ms', first);
};

const isEmpty = (database: DatabaseSync): boolean =>
  database
    .prepare(
      'SELECT 1 FROM sessions UNION ALL SELECT 1 FROM events UNION ALL SELECT 1 FROM intervals LIMIT 1',
    )
    .get() === undefined;

/** Size of the pages in use, bytes. */
export const usedBytes = (database: DatabaseSync): number =>
  (readPragma(database, 'page_count') - readPragma(database, 'freelist_count')) *
  readPragma(database, 'page_size');
