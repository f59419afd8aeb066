import { expect, it } from 'vitest';
import type { JournalEntry } from '../journal/journal-entry.ts';
import { takenBack } from './external-rollback.ts';
import type { OpenFault } from './fault-schedule.ts';

const fault = (id: string, healing = false): OpenFault => ({
  id,
  name: `fault-${id}`,
  healing,
  heal: async () => {},
});
const journalOf = (...ids: string[]) => ({
  read: async () => ({ pending: ids.map((id) => ({ id }) as JournalEntry), unreadable: [] }),
});

it('says what is no longer in the journal, though the drill has not healed it', async () => {
  const open = new Set([fault('a'), fault('b')]);
  expect(await takenBack(open, journalOf('b', 'a', 'other'))).toBeNull();
  expect(await takenBack(open, journalOf('a'))).toBe(
    'fault-b was taken back by somebody else while the drill was on',
  );
});

it('has nothing against what the drill heals itself, even while the journal is read', async () => {
  expect(await takenBack(new Set([fault('a', true)]), journalOf())).toBeNull();
  let healing = false;
  const healed = {
    ...fault('a'),
    get healing() {
      return healing;
    },
  };
  const journal = {
    read: async () => {
      healing = true;
      return { pending: [], unreadable: [] };
    },
  };
  expect(await takenBack(new Set([healed]), journal)).toBeNull();
});
