import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { failpoint, identifyHost, identifyProcess } from '@livekit-swarm/host';
import type { DrillStopReason } from '@livekit-swarm/record';
import { hasErrorCode, messageOf, SwarmError } from '@livekit-swarm/settings';
import type { Fault, FaultContext } from '../faults/fault.ts';
import { JOURNAL_SCHEMA, type Journal, type JournalEntry } from '../journal/journal.ts';
import type { Component, ExpiryRequest, Platform } from '../targets/platform.ts';
import type { RolloutStep } from '../targets/rollout.ts';

export interface InjectOptions
  extends Pick<FaultContext<unknown>, 'platform' | 'components' | 'params' | 'stop'> {
  fault: Fault;
  /** Name of the drill. */
  drill: string;
  journal: Journal;
  /** Automatic rollback on the target; null: only this process and the journal roll back. */
  expiry: ExpiryOptions | null;
  /** Called when the injection begins. */
  onBegin?(): void;
  /** Called when the injection failed, before its rollback. */
  onFailed?(error: unknown): void;
  /** Receives the steps of a change of a node, with the id of the injection. */
  onStep?(id: string, step: RolloutStep): void;
}

export interface ExpiryOptions {
  /** Delay from now, ms. */
  afterMs: number;
  /** True when nothing may be injected without it: a deployment that is not a lab. */
  required: boolean;
}

/** A fault that was injected. */
export interface Injection {
  readonly id: string;
  /**
   * Asks the target for the effect of the fault.
   * @param atEnd true when the fault had its whole time to act
   * @returns null: the effect is present
   */
  check(atEnd: boolean): Promise<EffectLoss | null>;
  /**
   * Resolves when all effects are removed. May be called again.
   * @throws SwarmError `rollback_failed`
   */
  rollback(): Promise<void>;
  /** Makes the effect permanent: it is not rolled back any more. */
  keep(): Promise<void>;
}

/**
 * Reason for which an effect is no longer certain: it was removed, or the target did not answer.
 */
export type EffectLoss = Extract<DrillStopReason, { code: 'fault_gone' | 'effect_unknown' }>;

/**
 * Writes the journal, arms the automatic rollback on the target, then injects. It does not check
 * whether the fault is available.
 * @throws SwarmError of the fault, after its rollback; before the injection: `journal_unavailable`,
 * `expiry_unavailable`
 */
export const injectFault = async (options: InjectOptions): Promise<Injection> => {
  const { fault, platform, components, params, drill, journal, expiry } = options;
  const id = newId();
  const before = await fault.settingsBefore?.(platform, components);
  const draining = new Set<string>();
  const context: FaultContext<unknown> = {
    ...{ platform, components, params, id },
    ...(before !== undefined && { before }),
    ...(options.stop !== undefined && { stop: options.stop }),
    draining,
    beginDrain: async (component, signal) => {
      const { name } = component;
      if (armed !== null) assertTimeLeft(armed, expiry, platform, name);
      const command = (await platform.signalCommand?.(component, signal)) ?? null;
      failpoint('drain.begin');
      if (command !== null) {
        draining.add(name);
        try {
          await journal.beginDrain(id, name, command);
        } catch (error) {
          // One that was perhaps signalled drains, perhaps.
          if (!hasErrorCode(error, 'unreachable')) draining.delete(name);
          throw error;
        }
        failpoint('drain.begun');
        return true;
      }
      draining.add(name);
      try {
        await save({ injected: false });
        failpoint('drain.noted');
      } catch (error) {
        draining.delete(name);
        throw error;
      }
      if (armed === null) return false;
      try {
        return (await platform.expiry.beginDrain?.(id, component, signal)) ?? false;
      } catch (error) {
        // The node got no SIGTERM, and no later rollback may end it.
        if (hasErrorCode(error, 'expiry_unavailable')) {
          draining.delete(name);
          await save({ injected: false });
        }
        throw error;
      }
    },
    expiresAfterMs: expiry?.afterMs ?? null,
    onStep: (step) => options.onStep?.(id, step),
  };
  const entry: JournalEntry = {
    schema: JOURNAL_SCHEMA,
    ...{ id, drill, params },
    fault: fault.name,
    components: [...components],
    ...(before !== undefined && { before: { ...before } }),
    platform: platform.reference,
    injectedAt: new Date().toISOString(),
    injected: false,
    expiry: null,
    owner: identifyProcess(process.pid) ?? { pid: process.pid, startedAt: null, bootId: null },
    host: identifyHost(),
  };
  // The journal comes first: a rollback also disarms, and must know which rollbacks are armed.
  await journal.write({ ...entry, draining: [] });
  let armed: JournalEntry['expiry'] = null;
  let saved: Promise<void> = Promise.resolve();
  /** Writes what has happened since. Components are drained at the same time; the last write counts. */
  const save = ({ injected }: Pick<JournalEntry, 'injected'>): Promise<void> => {
    const write = (): Promise<void> =>
      journal.write({ ...entry, expiry: armed, draining: [...draining], injected });
    saved = saved.then(write, write);
    return saved;
  };
  try {
    if (expiry !== null)
      armed = await armExpiry(fault, context, expiry, { journal: journal.dir, entry });
    failpoint('expiry.armed');
    if (armed !== null) await save({ injected: false });
    if (armed !== null) assertTimeLeft(armed, expiry, platform, fault.name);
  } catch (error) {
    if (armed !== null) await disarmAfter(error, fault, context);
    // A later rollback needs the entry to disarm a timer that may still be armed.
    if (!hasErrorCode(error, 'rollback_failed')) await journal.remove(id);
    throw error;
  }
  const disarm = async (): Promise<void> => {
    if (armed !== null) await platform.expiry.disarm(id, components);
  };
  const rollback = async (): Promise<void> => {
    failpoint('rollback.begin');
    await rollbackFault(fault, context);
    failpoint('rollback.done');
    await disarm();
    failpoint('expiry.disarmed');
    await journal.remove(id);
  };
  failpoint('journal.written');
  try {
    options.onBegin?.();
    await fault.inject(context);
    failpoint('fault.injected');
    await save({ injected: true });
  } catch (error) {
    options.onFailed?.(error);
    const waitMs = inFlightMs(platform, error);
    if (waitMs > 0) {
      await rollbackFault(fault, context);
      // A command without an answer may act after that rollback.
      await sleep(waitMs);
    }
    await rollback();
    throw error;
  }
  let pending: Promise<void> | null = null;
  return {
    id,
    check: (atEnd) => checkEffect(fault, context, atEnd),
    keep: async () => {
      await disarm();
      await journal.remove(id);
    },
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

const CHECK_AGAIN_AFTER_MS = [500, 2_000];

const checkEffect = async (
  fault: Fault,
  context: FaultContext<unknown>,
  atEnd: boolean,
): Promise<EffectLoss | null> => {
  for (const component of context.components) {
    const loss = await checkComponent(fault, context, component, atEnd);
    if (loss !== null) return loss;
  }
  return null;
};

/**
 * Checks the effect on one component, with retries, so that one failed connection does not make the
 * drill inconclusive.
 */
const checkComponent = async (
  fault: Fault,
  context: FaultContext<unknown>,
  component: Component,
  atEnd: boolean,
): Promise<EffectLoss | null> => {
  const about = { fault: fault.name, component: component.name };
  for (const wait of [...CHECK_AGAIN_AFTER_MS, null]) {
    try {
      const found = await fault.missingEffect(context, component, atEnd);
      return found === null ? null : { code: 'fault_gone', ...about, found };
    } catch (error) {
      if (wait === null) {
        return { code: 'effect_unknown', ...about, message: messageOf(error) };
      }
      await sleep(wait);
    }
  }
  throw new Error('unreachable');
};

/** Codes of errors without an answer of the target. */
const UNANSWERED = ['unreachable', 'cluster_unreachable', 'docker_unavailable'] as const;

/** Time for which a command of a failed injection may still act, ms. */
const inFlightMs = ({ inFlight }: Platform, error: unknown): number => {
  if (inFlight === undefined) return 0;
  if (inFlight.leftMs !== undefined) return inFlight.leftMs();
  return UNANSWERED.some((code) => hasErrorCode(error, code)) ? inFlight.maxMs : 0;
};

/**
 * Arms the automatic rollback.
 * @returns entry for the journal; null: the target needs none, or lacks an optional one
 */
const armExpiry = async (
  fault: Fault,
  context: FaultContext<unknown>,
  { afterMs, required }: ExpiryOptions,
  entry: ExpiryRequest['entry'],
): Promise<JournalEntry['expiry']> => {
  const { platform, id } = context;
  const components = stepsOf(fault, context);
  if (components.length === 0) return null;
  const why = await whyNoExpiry(fault, context);
  if (why !== null) {
    if (required) throw expiryUnavailable(why);
    return null;
  }
  // The target counts from a moment after this one: it does not act earlier.
  const at = new Date(Date.now() + afterMs).toISOString();
  try {
    const methods = await platform.expiry.arm({ id, afterMs, components, entry });
    return { methods: [...methods], at };
  } catch (error) {
    // A part of the target may be armed; its rollback would interrupt a later drill.
    await disarmAfter(error, fault, context);
    if (required) throw error;
    // The user accepted that only this host rolls back, or the target is a lab, which ends with
    // this process.
    return null;
  }
};

/** Time that a command takes on a target without a limit of its own, ms. */
const COMMAND_MS = 500;

/**
 * Requires that the armed rollback comes later than the last moment at which a command of the
 * injection may act: what is injected after it would stay.
 * @param what fault or component, for the message
 * @throws SwarmError `expiry_unavailable`
 */
const assertTimeLeft = (
  { at }: NonNullable<JournalEntry['expiry']>,
  expiry: ExpiryOptions | null,
  { inFlight }: Pick<Platform, 'inFlight'>,
  what: string,
): void => {
  const leftMs = Date.parse(at) - Date.now();
  // Rollbacks may come sooner than a command times out: an injection may take half of their time.
  if (leftMs > Math.min(inFlight?.maxMs ?? COMMAND_MS, (expiry?.afterMs ?? 0) / 2)) return;
  const when = leftMs > 0 ? `comes in ${Math.ceil(leftMs / 1_000)} s` : 'has come';
  throw new SwarmError(
    'expiry_unavailable',
    `${what} is left alone: the automatic rollback on the target ${when}, before the end of the injection`,
    'this host or the target was too slow, or suspended; run the drill again',
  );
};

/** Disarms a fault that is not injected because of `error`. @throws SwarmError `rollback_failed` */
const disarmAfter = async (
  error: unknown,
  { name }: Fault,
  { platform, id, components }: FaultContext<unknown>,
): Promise<void> => {
  try {
    await platform.expiry.disarm(id, components);
  } catch (cause) {
    throw new SwarmError(
      'rollback_failed',
      `${name} (${id}) was not injected (${messageOf(error)}), and its automatic rollback on the target, which may act later, cannot be disarmed: ${messageOf(cause)}`,
      'it stays in the journal: remove the cause, then run "swarm chaos rollback"',
      { cause },
    );
  }
};

const stepsOf = (fault: Fault, context: FaultContext<unknown>): ExpiryRequest['components'] =>
  context.components
    .map((component) => ({ component, steps: fault.rollbackSteps(context, component) }))
    .filter(({ steps }) => steps.length > 0);

/**
 * Reason for which the target cannot roll back this fault on its own; null: it can, or need not.
 */
export const whyNoExpiry = async (
  fault: Fault,
  context: FaultContext<unknown>,
): Promise<string | null> => {
  for (const { component, steps } of stepsOf(fault, context)) {
    const why = await context.platform.expiry.missingCapability(component, steps);
    if (why !== null) return `${fault.name} of ${component.name}: ${why}`;
  }
  return null;
};

export const expiryUnavailable = (why: string): SwarmError =>
  new SwarmError(
    'expiry_unavailable',
    `the target cannot roll back on its own if this host or the connection fails: ${why}`,
    'remove the cause, or accept that only this host can roll back: --without-expiry',
  );

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

const newId = (): string =>
  Array.from({ length: 8 }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');

/** Delays between attempts, ms: a terminating process or a busy supervisor is often ready soon. */
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
  return new SwarmError(
    'rollback_failed',
    `rollback of ${fault} (${id}) on ${names} failed: ${messageOf(error)}`,
    'it stays in the journal: remove the cause, then run "swarm chaos rollback"',
    { cause: error },
  );
};
