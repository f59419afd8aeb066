/**
 * Program that rolls back one injection whose drill did not: the target starts it before the
 * injection, with a copy of the journal entry, and it acts at its time. Argument: `{ journal, entry
 * }`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '@livekit-swarm/settings/errors';
import { FAULTS } from '../faults/index.ts';
import { type JournalEntry, openJournal, parseEntry } from './journal.ts';
import { rollbackEntry } from './rollback-pending.ts';

/** Delays between attempts, ms: a supervisor may be busy, or an engine may restart. */
const RETRY_AFTER_MS = [5_000, 30_000, 120_000];

const { journal, entry } = JSON.parse(process.argv[2] ?? '') as { journal: string; entry: unknown };
const read = parseEntry(JSON.stringify(entry));

/** Adds what has happened since the copy was made, as far as the journal can be read. */
const presentEntry = async (): Promise<JournalEntry> => {
  const { pending } = await openJournal(journal).read();
  const draining = pending.find(({ id }) => id === read.id)?.draining;
  return draining === undefined ? read : { ...read, draining };
};

for (const wait of [...RETRY_AFTER_MS, null]) {
  try {
    await rollbackEntry(await presentEntry().catch(() => read), { faults: FAULTS });
    await openJournal(journal).remove(read.id);
    process.stdout.write(`rolled back automatically: ${read.fault} (${read.id})\n`);
    break;
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    if (wait === null) process.exit(1);
    await sleep(wait);
  }
}
