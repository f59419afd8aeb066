/** Changes of the end-to-end encryption key during a run. */

import type { Random } from '../random.ts';
import type { KeyChange } from '../role-keys/e2ee.ts';
import type { PlannedAction } from './action-spec.ts';
import { MAX_ACTIONS, type SessionSpan } from './plan-actions.ts';

/** Number of the current key at a time of the run, from 0. */
export const keyAt = ({ everyMs }: KeyChange, atMs: number): number => Math.floor(atMs / everyMs);

/** Times at which one participant changes to each key after the one that it joined with. */
export const planKeyChanges = (
  keyChange: KeyChange,
  { joinAtMs, leaveAtMs }: SessionSpan,
  random: Random,
): PlannedAction[] => {
  const { everyMs, withinMs } = keyChange;
  const changes: PlannedAction[] = [];
  const first = keyAt(keyChange, joinAtMs) + 1;
  for (let key = first; key * everyMs < leaveAtMs && changes.length <= MAX_ACTIONS; key++) {
    const atMs = key * everyMs + random() * withinMs;
    if (atMs < leaveAtMs) changes.push({ atMs, do: 'change-key', key });
  }
  return changes;
};
