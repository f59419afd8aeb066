import { isSameProcess } from '@livekit-swarm/host';
import { rollbackFault } from '../execute/inject-fault.ts';
import { type Fault, findFault } from '../faults/fault.ts';
import { reopenDockerPlatform } from '../targets/docker.ts';
import { reopenKubernetesPlatform } from '../targets/kubernetes.ts';
import type { Platform, PlatformReference } from '../targets/platform.ts';
import { reopenProcessPlatform } from '../targets/process.ts';
import { reopenSshPlatform } from '../targets/ssh.ts';
import type { Journal, JournalEntry, UnreadableEntry } from './journal.ts';

export interface RollbackPendingOptions {
  journal: Journal;
  faults: ReadonlyMap<string, Fault>;
  /** Also those whose drill still runs. */
  force?: boolean;
  /** Default: from the journal's reference. */
  open?: (reference: PlatformReference) => Promise<Platform>;
}

/** What happened to each entry of the journal, the last injected first. */
export interface RollbackReport {
  rolledBack: JournalEntry[];
  /** Their drill still runs and rolls them back itself. */
  running: JournalEntry[];
  failed: { entry: JournalEntry; error: Error }[];
  unreadable: UnreadableEntry[];
}

/** Whether the drill that injected it still runs. */
export const isOwned = ({ owner }: JournalEntry): boolean => isSameProcess(owner);

/** Rolls back what interrupted drills left. An entry that fails stays in the journal. */
export const rollbackPending = async (options: RollbackPendingOptions): Promise<RollbackReport> => {
  const { journal, force = false } = options;
  const { pending, unreadable } = await journal.read();
  const report: RollbackReport = { rolledBack: [], running: [], failed: [], unreadable };
  for (const entry of pending) {
    if (!force && isOwned(entry)) {
      report.running.push(entry);
      continue;
    }
    try {
      await rollbackEntry(entry, options);
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

const rollbackEntry = async (
  entry: JournalEntry,
  { faults, open = openPlatform }: RollbackPendingOptions,
): Promise<void> => {
  const fault = findFault(faults, entry.fault);
  await using platform = await open(entry.platform);
  const { components, params, id } = entry;
  await rollbackFault(fault, { platform, components, params, id, durationMs: null });
};

/** The platform of a journal entry. @throws SwarmError `invalid_reference`, and what opening throws */
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
