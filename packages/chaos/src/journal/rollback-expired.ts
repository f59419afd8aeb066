/** Rollback of one injection by its target, because the drill did not roll it back. */
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '@livekit-swarm/settings/errors';
import type { Journal, JournalEntry } from './journal.ts';

/** Delays between attempts, ms: a supervisor may be busy, or an engine may restart. */
const RETRY_AFTER_MS = [5_000, 30_000, 120_000];

export interface RollbackExpiredOptions {
  journal: Journal;
  /** Entry as it was before the injection. */
  entry: JournalEntry;
  rollback(entry: JournalEntry): Promise<void>;
  /** Receives why an attempt failed. */
  onFailed(message: string): void;
  retryAfterMs?: readonly number[];
}

/**
 * Rolls back, in several attempts if needed. Where it is not known which nodes drain, none
 * is ended: one that does not drain has calls. All else is rolled back, and the entry stays.
 * @throws Error of the last attempt
 */
export const rollbackExpired = async (options: RollbackExpiredOptions): Promise<void> => {
  const { journal, entry, rollback, onFailed, retryAfterMs = RETRY_AFTER_MS } = options;
  for (const wait of [...retryAfterMs, null]) {
    try {
      const { draining, unknown } = await drainsOf(entry.id, journal);
      await rollback({ ...entry, draining });
      if (unknown !== null)
        throw new Error(
          `a node that drains was not ended, because the journal cannot be read: ${unknown}`,
        );
      return await journal.remove(entry.id);
    } catch (error) {
      onFailed(messageOf(error));
      if (wait === null) throw error;
      await sleep(wait);
    }
  }
};

/** Components whose drain has begun, or the reason for which that is not known. */
const drainsOf = async (
  id: string,
  journal: Journal,
): Promise<{ draining: string[]; unknown: string | null }> => {
  try {
    const { pending, unreadable } = await journal.read();
    const bad = unreadable.find(({ file }) => file.endsWith(`${id}.json`));
    // Without an entry, the drill has rolled back.
    const draining = pending.find((entry) => entry.id === id)?.draining ?? [];
    return { draining, unknown: bad === undefined ? null : `${bad.file} ${bad.reason}` };
  } catch (error) {
    return { draining: [], unknown: messageOf(error) };
  }
};
