/**
 * Program that rolls back one injection whose drill did not: the target starts it before the
 * injection, with a copy of the journal entry, and it acts at its time. Argument: `{ journal, entry
 * }`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '@livekit-swarm/settings/errors';
import { FAULTS } from '../faults/index.ts';
import { openJournal, parseEntry } from './journal.ts';
import { rollbackEntry } from './rollback-pending.ts';

/** Delays between attempts, ms: a supervisor may be busy, or an engine may restart. */
const RETRY_AFTER_MS = [5_000, 30_000, 120_000];

const { journal, entry } = JSON.parse(process.argv[2] ?? '') as { journal: string; entry: unknown };
const read = parseEntry(JSON.stringify(entry));
for (const wait of [...RETRY_AFTER_MS, null]) {
  try {
    await rollbackEntry(read, { faults: FAULTS });
    await openJournal(journal).remove(read.id);
    process.stdout.write(`rolled back automatically: ${read.fault} (${read.id})\n`);
    break;
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    if (wait === null) process.exit(1);
    await sleep(wait);
  }
}
