import { formatDuration } from '@livekit-swarm/settings';
import type { Fault } from '../../faults/fault.ts';
import { lengthOf } from '../length-of.ts';
import type { Complain, FaultItem } from './fault.ts';

type Times = Pick<FaultItem, 'every' | 'times' | 'random' | 'for' | 'with'>;

/** Whether it is said when it happens, and how long it lasts, in one way. */
export const checkTimes = (
  item: Times,
  fault: Pick<Fault, 'name' | 'lasts' | 'takes'>,
  complain: Complain,
): void => {
  const { every, times, random } = item;
  const { name, lasts } = fault;
  const lastsMs = lengthOf(item, fault);
  const takesMs = fault.takes?.(item.with) ?? 0;
  if (item.for !== undefined && item.for < takesMs) {
    complain(
      ['for'],
      `is shorter than what ${name} takes: ${formatDuration(takesMs)}`,
      'leave it out, or make it longer',
    );
  }
  if (lasts && lastsMs === null)
    complain(['for'], `for is missing: ${name} lasts until it is healed`, 'write for: 10s');
  if (every !== undefined && times === undefined)
    complain(['times'], 'times is missing: every goes on for ever', 'write times: 3');
  if (times !== undefined && every === undefined) {
    if (random === undefined)
      complain(['times'], 'has no effect without every', 'add every: 30s, or leave it out');
    else complain(['times'], 'belongs into random', 'write random: { times: 3, within: 2m }');
  }
  if (random !== undefined && every !== undefined)
    complain(['every'], 'and random are two ways to say when', 'leave one out');
  if (every !== undefined && (times ?? 1) > 1 && lastsMs !== null && lastsMs >= every) {
    complain(
      ['every'],
      `it would begin again before it is healed, ${formatDuration(lastsMs)} after it began`,
      'make every longer, or for shorter',
    );
  }
  const needMs = (random?.times ?? 0) * (lastsMs ?? 0);
  if (random !== undefined && needMs > random.within) {
    complain(
      ['random', 'within'],
      `is too short: ${random.times} times ${formatDuration(lastsMs ?? 0)} do not fit`,
      `write ${formatDuration(2 * needMs).replace(' ', '')}`,
    );
  }
};
