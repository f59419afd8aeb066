import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { identifyProcess } from '@livekit-swarm/host';
import { SwarmError } from '@livekit-swarm/settings';
import type { Fault, FaultContext } from '../faults/fault.ts';
import type { Journal } from '../journal/journal.ts';
import { newEntry } from '../journal/journal.ts';
import type { Component, Platform } from '../targets/target.ts';

export interface InjectOptions {
  fault: Fault;
  platform: Platform;
  components: readonly Component[];
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
  /** Takes it back, and resolves when nothing is left of it. May be called again. @throws SwarmError `rollback_failed` */
  rollback(): Promise<void>;
}

/**
 * Writes down what is about to be done, and does it. Does not ask whether the fault is available: whoever wants to know asks before.
 * @throws SwarmError what the fault throws, having healed what came of it; `journal_unavailable`, having done nothing; the signal's reason
 */
export const injectFault = async (options: InjectOptions): Promise<Injection> => {
  const {
    fault,
    platform,
    components,
    params,
    drill,
    journal,
    durationMs = null,
    signal,
  } = options;
  signal?.throwIfAborted();
  const context: FaultContext<unknown> = { platform, components, params, id: newId(), durationMs };
  const heal = async (): Promise<void> => {
    await rollbackFault(fault, context);
    await journal.remove(context.id);
  };
  await journal.write(
    newEntry({
      id: context.id,
      drill,
      fault: fault.name,
      params,
      components: [...components],
      platform: platform.reference,
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
    rollback: () => {
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

/** What keeps one from healing is often over soon: a program that is still ending, a supervisor that is busy. Waits between tries, ms. */
const WAITS_MS = [250, 1_000, 3_000];

/** Takes everything back, in several tries if need be. @throws SwarmError `rollback_failed` */
export const rollbackFault = async (
  fault: Fault,
  context: FaultContext<unknown>,
): Promise<void> => {
  for (const wait of [...WAITS_MS, null]) {
    try {
      return await fault.rollback(context);
    } catch (error) {
      if (wait === null) throw rollbackFailed(fault.name, context, error);
      await sleep(wait);
    }
  }
};

const rollbackFailed = (
  fault: string,
  { id, components }: FaultContext<unknown>,
  error: unknown,
): SwarmError => {
  const names = components.map(({ name }) => name).join(', ') || 'no component';
  const why = error instanceof Error ? error.message : String(error);
  return new SwarmError(
    'rollback_failed',
    `rollback of ${fault} (${id}) on ${names} failed: ${why}`,
    'it stays in the journal: remove the cause, then run "swarm chaos rollback"',
    { cause: error },
  );
};
