import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { identifyHost, identifyProcess } from '@livekit-swarm/host';
import { SwarmError } from '@livekit-swarm/settings';
import type { Fault, FaultContext } from '../faults/fault.ts';
import { JOURNAL_SCHEMA, type Journal } from '../journal/journal.ts';

export interface InjectOptions
  extends Pick<FaultContext<unknown>, 'platform' | 'components' | 'params'> {
  fault: Fault;
  /** Name of the drill. */
  drill: string;
  journal: Journal;
  /** Scheduled, ms: some time after it, swarm-impair ends on its own. Null: until the rollback. */
  durationMs?: number | null;
}

/** A fault that was injected. */
export interface Injection {
  readonly id: string;
  /** Resolves when no effect is left. May be called again. @throws SwarmError `rollback_failed` */
  rollback(): Promise<void>;
}

/**
 * Writes the journal, then injects. Does not check whether the fault is available.
 * @throws SwarmError of the fault, after its rollback; `journal_unavailable`, before the injection
 */
export const injectFault = async (options: InjectOptions): Promise<Injection> => {
  const { fault, platform, components, params, drill, journal, durationMs = null } = options;
  const context: FaultContext<unknown> = { platform, components, params, id: newId(), durationMs };
  const rollback = async (): Promise<void> => {
    await rollbackFault(fault, context);
    await journal.remove(context.id);
  };
  await journal.write({
    schema: JOURNAL_SCHEMA,
    id: context.id,
    drill,
    fault: fault.name,
    params,
    components: [...components],
    platform: platform.reference,
    injectedAt: new Date().toISOString(),
    injected: false,
    expiry: null,
    owner: identifyProcess(process.pid) ?? { pid: process.pid, startedAt: null },
    host: identifyHost(),
  });
  try {
    await fault.inject(context);
  } catch (error) {
    await rollback();
    throw error;
  }
  let pending: Promise<void> | null = null;
  return {
    id: context.id,
    rollback: () => {
      // One rollback for all callers; a failed one may be tried again.
      pending ??= rollback().catch((error: unknown) => {
        pending = null;
        throw error;
      });
      return pending;
    },
  };
};

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

const newId = (): string =>
  Array.from({ length: 8 }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');

/** A process that is terminating or a busy supervisor is often done soon. Between attempts, ms. */
const RETRY_AFTER_MS = [250, 1_000, 3_000];

/** Rolls back, in several attempts if needed. @throws SwarmError `rollback_failed` */
export const rollbackFault = async (
  fault: Fault,
  context: FaultContext<unknown>,
): Promise<void> => {
  for (const wait of [...RETRY_AFTER_MS, null]) {
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
