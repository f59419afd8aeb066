import type { Fault } from '../faults/fault.ts';
import type { FaultItem } from './schema/fault.ts';

/** How long a fault of a file is on, ms: as the file says, else as long as it takes by itself. Null: it is over at once, or stays until the drill is over. */
export const lengthOf = (
  item: Pick<FaultItem, 'for' | 'with'>,
  { takes }: Pick<Fault, 'takes'>,
): number | null => item.for ?? (takes?.(item.with) || null);

/** How long its parts are hit, ms: without an end of its own, until somebody heals them, unless they are there again at once. */
export const hitFor = (lastsMs: number | null, { takes }: Pick<Fault, 'takes'>): number =>
  lastsMs ?? (takes === undefined ? Number.POSITIVE_INFINITY : 0);
