import type { Journal } from '../journal/journal.ts';
import type { OpenFault } from './fault-schedule.ts';

/**
 * What somebody else has taken back before its time (`swarm chaos heal --force`), in a sentence: nobody can tell any more what it did to people. Null: nothing.
 * @param open what this drill has injected and not begun to heal; the journal must still have it
 */
export const takenBack = async (
  open: ReadonlySet<OpenFault>,
  journal: Pick<Journal, 'read'>,
): Promise<string | null> => {
  const before = [...open].filter(({ healing }) => !healing);
  if (before.length === 0) return null;
  const written = new Set((await journal.read()).pending.map(({ id }) => id));
  const gone = before.find((fault) => !written.has(fault.id) && !fault.healing);
  return gone === undefined
    ? null
    : `${gone.name} was taken back by somebody else while the drill was on`;
};
