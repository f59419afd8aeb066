import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  failpoint,
  identifyHost,
  isSameProcess,
  relateHost,
  withFileLock,
} from '@livekit-swarm/host';
import { rollbackFault } from '../execute/inject-fault.ts';
import { type Fault, findFault } from '../faults/fault.ts';
import { reopenDockerPlatform } from '../targets/docker.ts';
import { reopenKubernetesPlatform } from '../targets/kubernetes.ts';
import type { HeldLock, LockPurpose } from '../targets/lock/host-lock.ts';
import type { Platform, PlatformReference } from '../targets/platform.ts';
import { reopenProcessPlatform } from '../targets/process.ts';
import { reopenSshPlatform } from '../targets/ssh.ts';
import type { Journal, JournalEntry, UnreadableEntry } from './journal.ts';

export interface RollbackPendingOptions {
  journal: Journal;
  faults: ReadonlyMap<string, Fault>;
  /** True: include faults whose drill runs, or may run elsewhere. */
  force?: boolean;
  /** Opens a platform. Default: by the journal's reference. */
  open?: (reference: PlatformReference) => Promise<Platform>;
}

/** Result of each entry of the journal, the last injected first. */
export interface RollbackReport {
  rolledBack: JournalEntry[];
  /** Entries whose drill still runs, and rolls them back itself. */
  running: JournalEntry[];
  /** Entries written elsewhere for a target on that host, which cannot be reached from here. */
  elsewhere: JournalEntry[];
  /**
   * Entries written elsewhere for a target that can be reached from here: their drill may still
   * run.
   */
  unknownOwner: JournalEntry[];
  failed: { entry: JournalEntry; error: Error }[];
  unreadable: UnreadableEntry[];
}

/** State of an entry, which decides about its rollback. */
type Standing = 'orphan' | 'running' | 'elsewhere' | 'unknown_owner';

const standingOf = (entry: JournalEntry): Standing => {
  switch (relateHost(entry.host, identifyHost())) {
    case 'here':
      return isSameProcess(entry.owner) ? 'running' : 'orphan';
    case 'after_restart':
      return 'orphan';
    case 'elsewhere':
      return isOnHost(entry.platform) ? 'elsewhere' : 'unknown_owner';
  }
};

/** Returns true when the target is on the host of the drill. Others have an address. */
const isOnHost = (platform: PlatformReference): boolean =>
  platform.kind === 'process' ||
  (platform.kind === 'docker' && !String(platform.host).startsWith('tcp://'));

/**
 * Rolls back the faults that interrupted drills left. An entry whose rollback fails stays in the
 * journal, and so does an entry of another host: a rollback of local processes would find no fault
 * here, and its entry would be lost.
 */
export const rollbackPending = async (options: RollbackPendingOptions): Promise<RollbackReport> => {
  const { pending, unreadable } = await options.journal.read();
  if (pending.length === 0) return rollbackEach(pending, unreadable, options);
  // Two simultaneous rollbacks could end processes that the other has just started. The second
  // finds the rest.
  return withFileLock(join(options.journal.dir, 'rollback.lock'), async () => {
    const now = await options.journal.read();
    return rollbackEach(now.pending, now.unreadable, options);
  });
};

const rollbackEach = async (
  pending: readonly JournalEntry[],
  unreadable: UnreadableEntry[],
  options: RollbackPendingOptions,
): Promise<RollbackReport> => {
  const { journal, force = false } = options;
  const report: RollbackReport = {
    rolledBack: [],
    running: [],
    elsewhere: [],
    unknownOwner: [],
    failed: [],
    unreadable,
  };
  for (const entry of pending) {
    const standing = standingOf(entry);
    if (standing === 'elsewhere') {
      report.elsewhere.push(entry);
      continue;
    }
    if (!force && standing !== 'orphan') {
      (standing === 'running' ? report.running : report.unknownOwner).push(entry);
      continue;
    }
    try {
      await rollbackEntry(entry, options, force ? ['rollback'] : ['rollback', 'drill']);
      await journal.remove(entry.id);
      report.rolledBack.push(entry);
    } catch (error) {
      report.failed.push({
        entry,
        error: error instanceof Error ? error : new Error(String(error)),
      });
    }
  }
  return report;
};

/** Rolls back the fault of an entry, and disarms its automatic rollback. */
export const rollbackEntry = async (
  entry: JournalEntry,
  { faults, open = openPlatform }: Pick<RollbackPendingOptions, 'faults' | 'open'>,
  /** Purposes of the locks; with `drill`, a drill on the target prevents the rollback. */
  locks: readonly LockPurpose[] = [],
): Promise<void> => {
  const fault = findFault(faults, entry.fault);
  await using platform = await open(entry.platform);
  await using stack = new AsyncDisposableStack();
  const held: (HeldLock | undefined)[] = [];
  for (const purpose of locks) held.push(stack.use(await platform.lock?.(purpose)));
  // The lock is not checked again: a rollback takes seconds, and one that stops halfway leaves a
  // fault.
  for (const lock of held) lock?.assertHeld();
  const { components, params, id, before } = entry;
  const rollback = async (): Promise<void> => {
    const draining = await drainsOf(entry, platform);
    await rollbackFault(fault, {
      ...{ platform, components, params, id, expiresAfterMs: null },
      ...(before !== undefined && { before }),
      ...(draining !== undefined && { draining: new Set(draining) }),
    });
  };
  await rollback();
  failpoint('rollback.done');
  const waitMs = inFlightMs(entry, platform);
  if (waitMs > 0) {
    // The drill ended during the injection; one of its commands may have acted after that rollback.
    await sleep(waitMs);
    await rollback();
  }
  // Disarm even if the entry does not list a rollback: the drill may have been killed in between.
  if (entry.expiry !== null || !entry.injected) await platform.expiry.disarm(id, components);
  failpoint('expiry.disarmed');
};

/**
 * Names of the components whose drain has begun; undefined: not known. The journal names those of
 * another host before the command that begins it: the note there, made with the signal, decides.
 */
const drainsOf = async (
  { id, components, draining, expiry }: JournalEntry,
  platform: Platform,
): Promise<string[] | undefined> => {
  if (draining === undefined || expiry === null) return draining;
  const found: string[] = [];
  for (const component of components) {
    if (!draining.includes(component.name)) continue;
    if ((await platform.expiry.hasBegunDrain?.(id, component, expiry.methods)) !== false)
      found.push(component.name);
  }
  return found;
};

/** Time for which commands of the injection may still act, ms. */
const inFlightMs = (
  { injected, injectedAt }: JournalEntry,
  { inFlight }: Pick<Platform, 'inFlight'>,
): number => {
  if (injected || inFlight === undefined) return 0;
  // The clock may have been set since.
  const elapsedMs = Math.max(0, Date.now() - Date.parse(injectedAt));
  return Math.max(0, inFlight.maxMs - elapsedMs);
};

/**
 * Opens the platform of a journal entry.
 * @throws SwarmError `invalid_reference`, and errors of opening it
 */
export const openPlatform = (reference: PlatformReference): Promise<Platform> => {
  switch (reference.kind) {
    case 'process':
      return reopenProcessPlatform(reference);
    case 'docker':
      return reopenDockerPlatform(reference);
    case 'kubernetes':
      return reopenKubernetesPlatform(reference);
    case 'ssh':
      return reopenSshPlatform(reference);
  }
};
