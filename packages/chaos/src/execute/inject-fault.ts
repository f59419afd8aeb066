import { randomInt } from 'node:crypto';
import { identifyProcess } from '@livekit-swarm/host';
import type { Fault, FaultContext } from '../faults/fault.ts';
import type { Journal } from '../journal/journal.ts';
import { newEntry } from '../journal/journal-entry.ts';
import type { Member, Target } from '../targets/target.ts';
import { healFault } from './rollback-fault.ts';

export interface InjectOptions {
  fault: Fault;
  target: Target;
  members: readonly Member[];
  /** As the fault's schema read them. */
  params: unknown;
  /** Name of the drill. */
  drill: string;
  journal: Journal;
  /** How long it is meant to last, ms. What lives beside the deployment meanwhile (an impairment) ends by itself a while after that. Null: until it is healed. */
  durationMs?: number | null;
  /** Aborted: it is healed at once, or not even injected. */
  signal?: AbortSignal;
}

/** A fault that is there now. */
export interface Injection {
  readonly id: string;
  /** Takes it back, and resolves when nothing is left of it. May be called again. @throws SwarmError `not-healed` */
  heal(): Promise<void>;
}

/**
 * Writes down what is about to be done, and does it. Does not ask whether the fault is available: whoever wants to know asks before.
 * @throws SwarmError what the fault throws, having healed what came of it; `no-journal`, having done nothing; the signal's reason
 */
export const injectFault = async (options: InjectOptions): Promise<Injection> => {
  const { fault, target, members, params, drill, journal, durationMs = null, signal } = options;
  signal?.throwIfAborted();
  const context: FaultContext<unknown> = { target, members, params, id: newId(), durationMs };
  const heal = async (): Promise<void> => {
    await healFault(fault, context);
    await journal.remove(context.id);
  };
  await journal.write(
    newEntry({
      id: context.id,
      drill,
      fault: fault.name,
      params,
      members: [...members],
      target: target.reference,
      injectedAt: new Date().toISOString(),
      owner: identifyProcess(process.pid) ?? { pid: process.pid, startedAt: null },
    }),
  );
  try {
    await fault.inject(context);
    signal?.throwIfAborted();
  } catch (error) {
    await heal();
    throw error;
  }
  let healing: Promise<void> | null = null;
  return {
    id: context.id,
    heal: () => {
      // Once for all who ask; but one that failed may be tried again.
      healing ??= heal().catch((error: unknown) => {
        healing = null;
        throw error;
      });
      return healing;
    },
  };
};

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

const newId = (): string =>
  Array.from({ length: 8 }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
