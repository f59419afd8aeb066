/**
 * Program that rolls back one injection whose drill did not: the target starts it before the
 * injection, with a copy of the journal entry, and it acts at its time. Argument: `{ journal, entry
 * }`.
 */
import { FAULTS } from '../faults/index.ts';
import { openJournal, parseEntry } from './journal.ts';
import { rollbackExpired } from './rollback-expired.ts';
import { rollbackEntry } from './rollback-pending.ts';

const { journal, entry } = JSON.parse(process.argv[2] ?? '') as { journal: string; entry: unknown };
const before = parseEntry(JSON.stringify(entry));
try {
  await rollbackExpired({
    journal: openJournal(journal),
    entry: before,
    rollback: (present) => rollbackEntry(present, { faults: FAULTS }),
    onFailed: (message) => process.stderr.write(`${message}\n`),
  });
  process.stdout.write(`rolled back automatically: ${before.fault} (${before.id})\n`);
} catch {
  process.exit(1);
}
