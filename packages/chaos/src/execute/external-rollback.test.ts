import { expect, it } from 'vitest';
import type { JournalEntry } from '../journal/journal.ts';
import { externalRollback } from './preconditions.ts';
import type { InjectedFault } from './schedule-options.ts';

const fault = (id: string, rollingBack = false): InjectedFault => ({
  id,
  name: `fault-${id}`,
  rollingBack,
  rollback: async () => {},
  keep: async () => {},
});
const journalOf = (...ids: string[]) => ({
  read: async () => ({ pending: ids.map((id) => ({ id }) as JournalEntry), unreadable: [] }),
});

it('finds a fault that is missing from the journal although the drill has not rolled it back', async () => {
  const open = new Set([fault('a'), fault('b')]);
  expect(await externalRollback(open, journalOf('b', 'a', 'other'))).toBeNull();
  expect(await externalRollback(open, journalOf('a'))).toBe('fault-b');
});

it('ignores a rollback of the drill itself, also while the journal is read', async () => {
  expect(await externalRollback(new Set([fault('a', true)]), journalOf())).toBeNull();
  let rollingBack = false;
  const healed = {
    ...fault('a'),
    get rollingBack() {
      return rollingBack;
    },
  };
  const journal = {
    read: async () => {
      rollingBack = true;
      return { pending: [], unreadable: [] };
    },
  };
  expect(await externalRollback(new Set([healed]), journal)).toBeNull();
});
