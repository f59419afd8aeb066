/** Keys of end-to-end encryption that change during a run. */

import type { Random } from '../random.ts';
import type { KeyChange } from '../role-keys/e2ee.ts';
import type { PlannedAction } from './action-spec.ts';
import { MAX_ACTIONS, type Stay } from './plan-actions.ts';

/** The number of the key that is given out at a time of the run, from 0. */
export const keyAt = ({ everyMs }: KeyChange, atMs: number): number => Math.floor(atMs / everyMs);

/** When one participant has each of the keys that follow the one it joined with. */
export const planKeyChanges = (
  keyChange: KeyChange,
  { joinAtMs, leaveAtMs }: Stay,
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
