import { setTimeout as sleep } from 'node:timers/promises';
import { SwarmError } from '@livekit-swarm/settings';
import type { Fault, FaultContext } from '../faults/fault.ts';

/** What keeps one from healing is often over soon: a program that is still ending, a supervisor that is busy. Waits between tries, ms. */
const WAITS_MS = [250, 1_000, 3_000];

/** Takes everything back, in several tries if need be. @throws SwarmError `not-healed` */
export const healFault = async (fault: Fault, context: FaultContext<unknown>): Promise<void> => {
  for (const wait of [...WAITS_MS, null]) {
    try {
      return await fault.heal(context);
    } catch (error) {
      if (wait === null) throw notHealed(fault.name, context, error);
      await sleep(wait);
    }
  }
};

const notHealed = (
  fault: string,
  { id, members }: FaultContext<unknown>,
  error: unknown,
): SwarmError => {
  const names = members.map(({ name }) => name).join(', ') || 'nobody';
  const why = error instanceof Error ? error.message : String(error);
  return new SwarmError(
    'not_healed',
    `${fault} (${id}), done to ${names}, could not be taken back: ${why}`,
    'it stays in the journal: see to the cause, then run "swarm chaos heal"',
    { cause: error },
  );
};
