import type { Fault } from '../faults/fault.ts';

/** The only one that lasts and yet leaves nothing that runs. */
const REDIS_KILL = 'redis-kill';
const PAUSE = 'hang';

/** Whether nothing runs any more of what it is done to, until it is healed. */
export const endsProgram = ({ name, lasts }: Pick<Fault, 'name' | 'lasts'>): boolean =>
  !lasts || name === REDIS_KILL;

/** Whether the second cannot be done to a part that the first is still done to: what is gone cannot be hit, and nothing is done twice. */
export const exclude = (
  early: { name: string; ends: boolean },
  late: { name: string; ends: boolean },
): boolean => early.ends || early.name === late.name || (early.name === PAUSE && late.ends);
